"""Reading an object at its company no oftener than events about it make necessary."""
