"""The MQTT contract as documents: AsyncAPI 3, JSON Schemas, examples; made from the code."""
