"""What a face recogniser can be taught to read in artists' drawings, as the goal of a generator.

Who a drawing's photo shows is a goal full of noise: most of a person is not in the drawing, and a generator that is
asked for it learns it by heart. So the losses' recogniser is taught to read drawings, several times, each time without
one fold of the people, and reads the drawings of these. Such a reading says what can be known of a person from the
drawing and nothing else: cross-fitting (Chernozhukov et al. 2018) of a distilled goal (Hinton et al. 2015; with other
inputs for the teacher, Lopez-Paz et al. 2016).

`folds` says who belongs to which, `trainee` learns, `read` writes readings into the cache, `readings` brings them back.
"""
