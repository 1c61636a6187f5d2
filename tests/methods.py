"""Every method that a server serves, read off the generated code: what is added to the contract is found by itself."""

from __future__ import annotations

import importlib
import pkgutil

from google.longrunning import operations_pb2
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor

import fairlead.v1
from gateway.grpc.standard_services import HEALTH, REFLECTION

FILES: list[FileDescriptor] = [
    importlib.import_module(f"fairlead.v1.{module.name}").DESCRIPTOR
    for module in pkgutil.iter_modules(fairlead.v1.__path__)
    if module.name.endswith("_pb2")
]
SERVICES = [
    *(service for file in FILES for service in file.services_by_name.values()),
    operations_pb2.DESCRIPTOR.services_by_name["Operations"],
    HEALTH,
    REFLECTION,
]
METHODS: dict[str, MethodDescriptor] = {
    f"{service.full_name}/{method.name}": method for service in SERVICES for method in service.methods
}
"""By service and method, e.g. ``fairlead.v1.RoutingService/RouteWorkItem``."""
