"""Where models stand: a local disk, or any file system of fsspec."""
