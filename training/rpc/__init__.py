"""TrainModel: `training.rpc.trainings` takes it in, `training.rpc.child` is the process that carries it out."""
