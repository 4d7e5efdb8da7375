"""The MQTT contract as documents: AsyncAPI 3, JSON Schemas, examples; generated from the code."""
