"""Translates Arabic news into English with Hugging Face models."""
