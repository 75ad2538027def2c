"""Makes the judge's weights (`python -m scraper.train --data DIR`); needs the extra `train`.

The way: pages and texts with their gold (corpus.py), blocks labelled by aligning them with it (align.py), samples with
the cleaner's own columns (samples.py), the learned tables, each block seen through tables of other sites only
(tables.py), boosted trees (forest.py), and how well it does on sites it did not see (score.py).
"""
