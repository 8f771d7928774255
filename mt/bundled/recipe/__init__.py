"""The recipe that made the bundled model: data, vocabulary, training, packing, evaluation.

Needs the extra `recipe`. Nothing in the toolkit imports it.
"""
