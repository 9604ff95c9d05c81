"""A stored run as a model: which run is meant, and how it is loaded.

Loading reads tensors alone (`weights_only=True`), YAML and JSON: nothing is unpickled, and no data set is needed.
"""
