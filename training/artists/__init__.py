"""Drawings by networks that learned from artists: a pix2pix the other way round, one for all styles.

Artists' pairs are few and photos are many. A network that has seen how an artist draws a photo draws all the others
too, in every style there is, and the generator learns from these drawings beside the sketches that `training/sketches`
makes. Semi-supervised learning of this kind: back-translation, Sennrich et al. 2016; for sketches, Chen et al. 2018,
"Semi-Supervised Learning for Face Sketch Synthesis in the Wild".

`styles` names what there is to learn, `batches` are what an artist learns from, `draw` writes its drawings into the
cache, `drawn` reads them.
"""
