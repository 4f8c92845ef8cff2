-- The bot's own records, beside the database of LangGraph Server.
CREATE DATABASE records;
