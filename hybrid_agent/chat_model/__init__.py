"""Asking any LangChain chat model: within limits, metered, in the form that works."""

from hybrid_agent.chat_model.asking import Asked, ask
from hybrid_agent.chat_model.choosing import Chosen, ToolCall, choose
from hybrid_agent.chat_model.connect import connect_model
from hybrid_agent.chat_model.errors import Failure, Feature, ModelError
from hybrid_agent.chat_model.metering import Budget, Meter, meter, metered
from hybrid_agent.chat_model.model import ChatModel, Form, Limits, chat_model, close
from hybrid_agent.chat_model.probing import probe
from hybrid_agent.chat_model.reading import Token, confidence_of
from hybrid_agent.chat_model.settings import ModelSettings, Prices
from hybrid_agent.chat_model.streaming import stream

__all__ = [
    "Asked",
    "Budget",
    "ChatModel",
    "Chosen",
    "Failure",
    "Feature",
    "Form",
    "Limits",
    "Meter",
    "ModelError",
    "ModelSettings",
    "Prices",
    "Token",
    "ToolCall",
    "ask",
    "chat_model",
    "choose",
    "close",
    "confidence_of",
    "connect_model",
    "meter",
    "metered",
    "probe",
    "stream",
]
