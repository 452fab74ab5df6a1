"""Our OpenAPI document, judged by a validator that others wrote, and its examples of bad requests.

usage: openapi_valid.py PRINT_OPENAPI    (with the Python of python_env.sh; openapi_valid.sh does that)
"""

import json
import subprocess
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

document = json.loads(subprocess.run([sys.argv[1]], check=True, capture_output=True).stdout)
errors = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]

# The schemas are ordinary JSON Schema, so they judge requests as a client's generator would.
def judge(name, value):
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return Draft202012Validator(schema).is_valid(value)

good = {"kind": "vm", "count": 2, "vcpus": 1, "memory_gib": 0.5, "lease": "1h30m", "regions": ["eu-*"]}
if not judge("Request", good):
    errors.append(f"refuses a good request: {good}")
for change in ({"count": 0}, {"kind": "cluster"}, {"colour": "red"}, {"lease": "soon"}, {"regions": ["a b"]}):
    if judge("Request", {**good, **change}):
        errors.append(f"accepts {change}")

cluster = {"kind": "cluster", "nodes": 3, "release": "emr-6.15.0", "applications": ["Spark"], "lease": "2h",
           "open_to": "203.0.113.0/24"}
if not judge("Request", cluster) or not judge("Request", {"kind": "cluster", "nodes": 1}):
    errors.append("refuses a good request of a cluster")
for change in ({"nodes": 0}, {"nodes": None}, {"applications": []}, {"spot_workers": "yes"}, {"kind": "vm"}):
    if judge("Request", {**cluster, **change}):
        errors.append(f"accepts a cluster with {change}")

for error in errors:
    print(error)
print(f"{len(document['paths'])} paths, {len(document['components']['schemas'])} schemas, {len(errors)} errors")
sys.exit(1 if errors else 0)
