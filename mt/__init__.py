"""Translates Arabic news into English with Hugging Face models.

>>> from mt import load_translator
>>> load_translator("bundled").translate("عاد السلام إلى المدينة.").text  # doctest: +SKIP
'Peace has returned to the city.'
"""

from mt.translator import SegmentTranslation, Translation, Translator, load_translator

__all__ = ["SegmentTranslation", "Translation", "Translator", "load_translator"]
