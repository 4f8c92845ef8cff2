"""Prints every address that the installed LangGraph server can open, one `METHOD path` a line."""

from langgraph_api.api import protected_routes, shadowable_meta_routes, unshadowable_meta_routes

for route in (*unshadowable_meta_routes, *shadowable_meta_routes, *protected_routes):
    methods = sorted(set(getattr(route, "methods", None) or ["WEBSOCKET"]) - {"HEAD"})
    for method in methods:
        print(f"{method} {route.path}")
