# Only code of this process can hold this object, so a context that comes in by RPC can never open the flow fields.
FLOW = object()
