from training.sketches.maker import canny_lines, dodge, edges, elastic, hatch, make_sketch, vary_ink, xdog
