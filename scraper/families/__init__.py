"""Story families: whether two articles say the same in nearly the same words, by shingles and MinHash. Pure.

`shingles` makes numbers of a text, `bands` what it is found by among millions, `alike` says how much of two texts is
the same and whether that makes one story of them.
"""
