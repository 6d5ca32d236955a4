"""For what outgrows one machine: search in Milvus, embedding by Ray."""
