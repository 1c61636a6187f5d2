"""The gRPC side of training: ``trainings`` takes TrainModel in, ``child`` is the process that carries it out."""
