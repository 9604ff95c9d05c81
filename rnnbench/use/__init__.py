"""What was trained, put to use: `load` brings a stored run back, one file per task says what it can do.

Loading reads tensors alone (`weights_only=True`), YAML and JSON: nothing is unpickled, and no data set is needed.
"""
