"""MLServer's messages, by its own classes: run by the Python of its environment, see ``benchmarks.mlserver``.

``encode``: rows as JSON lines to requests in base64. ``decode``: answers in base64, as JSON lines, to the probability
of class 1 per line.
"""

from __future__ import annotations

import base64
import json
import sys

from mlserver.codecs import NumpyCodec
from mlserver.grpc import dataplane_pb2 as pb
from mlserver.grpc.converters import ModelInferResponseConverter


def encode(row: list[float]) -> str:
    """Write the request for one row."""
    contents = pb.InferTensorContents(fp64_contents=row)
    tensor = pb.ModelInferRequest.InferInputTensor(
        name="predict", datatype="FP64", shape=[1, len(row)], contents=contents
    )
    wanted = pb.ModelInferRequest.InferRequestedOutputTensor(name="predict_proba")
    request = pb.ModelInferRequest(model_name="churn", inputs=[tensor], outputs=[wanted])
    return base64.b64encode(request.SerializeToString()).decode()


def decode(answer: str) -> str:
    """Read the probability of class 1."""
    message = pb.ModelInferResponse.FromString(base64.b64decode(answer))
    (output,) = ModelInferResponseConverter.to_types(message).outputs
    return repr(float(NumpyCodec.decode_output(output).ravel()[1]))


if __name__ == "__main__":
    for line in sys.stdin:
        print(encode(json.loads(line)) if sys.argv[1] == "encode" else decode(json.loads(line)))
