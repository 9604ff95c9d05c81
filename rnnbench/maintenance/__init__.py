"""Care of a store: what is in it and broken, repair, copies, merging, and deleting what no table needs."""
