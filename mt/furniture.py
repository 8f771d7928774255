"""The lines of Arabic web pages that say by themselves what they are: a table of patterns.

Share buttons, "حجم الخط", "اقرأ أيضاً: …", dates, agencies, copyright. Only whole lines match, so
that a sentence which begins like a button ("مشاركة الدول العربية …") is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mt.arabic import ascii_digits_and_punctuation, normalise


class Kind(StrEnum):
    """What a line of a page is."""

    HEADLINE = "headline"
    DATELINE = "dateline"
    BYLINE = "byline"
    CAPTION = "caption"
    BODY = "body"
    FURNITURE = "furniture"
    BLANK = "blank"


class Opens(StrEnum):
    """What a furniture line says about the lines after it."""

    NOTHING = "nothing"
    CAPTION = "caption"  # the next line is about a picture
    LIST = "list"  # titles of other articles, and then the body goes on
    TAIL = "tail"  # the same, but more often the body is over
    END = "end"  # readers' comments or the foot of the page


@dataclass(frozen=True)
class Rule:
    """Lines that as a whole match one of the patterns are of this kind, wherever they stand.

    Patterns are written as `fold` leaves a line: bare letters, bare alef, ASCII digits.
    """

    why: str
    patterns: tuple[str, ...]
    kind: Kind = Kind.FURNITURE
    opens: Opens = Opens.NOTHING


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


_SEP = r"[\s|/,·•›»>*-]"
_MONTH = _any(
    "يناير|فبراير|مارس|ابريل|مايو|يونيو|يونيه|يوليو|يوليه|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر",
    "كانون (?:الثاني|الاول)|شباط|اذار|نيسان|ايار|حزيران|تموز|اب|ايلول|تشرين (?:الاول|الثاني)",
    "جانفي|فيفري|افريل|ماي|جوان|جويلية|اوت",
    "محرم|صفر|ربيع (?:الاول|الاخر|الثاني)|جمادى (?:الاولى|الاخرة|الثانية)|رجب|شعبان|رمضان|شوال",
    "ذو القعدة|ذو الحجة|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*",
)
_DAY = "(?:الاحد|الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعة|السبت)"
_DATE = _any(
    rf"\d{{1,4}}[./-](?:\d{{1,2}}|{_MONTH})[./-]\d{{2,4}}",
    rf"\d{{1,2}} ?{_MONTH}",
    rf"{_MONTH} \d{{1,2}}",
)
_AGO = r"(?:قبل|منذ) (?:\S+ )?(?:ثوان|دقيقة|دقائق|دقيقتين|ساعة|ساعات|ساعتين|يوم|ايام|يومين)"
_PUBLISHED = "(?:تاريخ النشر|نشرت?(?: في)?|اخر تحديث|تم التحديث|تحديث|Published|Updated)"
_TIME = r"م|ص|ه|مساء|صباحا|AM|PM|GMT|UTC|الساعة|بتوقيت \S+|\d+ (?:دقيقة|دقائق) قراءة"
_DATE_WORD = _any(_MONTH, _DAY, _PUBLISHED, _TIME)
_NETWORK = _any(
    "فيس ?بوك|تويتر|واتس ?اب|تي?لي?غرام|تلي?جرام|انستغرام|انستجرام|يوتيوب|لينكد ?ان|ماسنجر",
    "بنترست|سناب ?شات|تيك ?توك|(?:منصة )?اكس|البريد(?: الالكتروني)?|بريد الكتروني|ايميل|نبض",
    "Facebook|Twitter|X|WhatsApp|Telegram|Instagram|YouTube|LinkedIn|Messenger|Pinterest|TikTok",
    "Email|RSS|Google News",
)
_FOOTER = _any(
    "من نحن|(?:عن|حول) الموقع|اتصل(?:وا)? بنا|تواصل(?:وا)? معنا|(?:ل?ل?ا?علان|اعلن(?:وا)?) معنا",
    "سياسة (?:الخصوصية|التحرير)|(?:سياسة )?ملفات تعريف الارتباط|خريطة الموقع|وظائف|هيئة التحرير",
    "الشروط والاحكام|شروط (?:الاستخدام|الخدمة)",
)
_AGENCY = _any(
    r"رويترز|ا ف ب|ا\.ف\.ب|ا ب|ا\.ب|د ب ا|فرانس برس|الفرنسية|الالمانية|الاوروبية|الاناضول|سانا",
    "اسوشيتد ?بري?س|غيتي(?: ايميجز?)?|شترستوك|ارشيف(?:ية)?|(?:ال)?ان{1,2}ترنت|وكالات|خاص|ناشطون",
    "(?:مواقع|وسائل) التواصل(?: الاجتماعي)?|تويتر|فيسبوك|الجزيرة",
    "Reuters|AFP|AP|EPA|Getty(?: Images)?|Shutterstock|Unsplash|Globallookpress",
)
_DESK = _any(
    r"خاص(?: .{1,25})?|متابعات|متابعة|وكالات|مراسل \S+|ترجمة وتحرير.{0,25}",
    "سانا|رويترز|الاناضول|وفا|واس|بترا|تلفزيون سوريا|عنب بلدي|الجزيرة نت|سكاي نيوز عربية",
    'العربي الجديد|["«]?الشرق الاوسط["»]?|بي بي سي(?: .{1,15})?',
)
_ALSO = "(?:اقراو?ا?|اقرئي|طالع(?:وا)?|شاهد(?:وا)?|انظر|تابع) ايضا"
_SAVE = "شارك(?:ها|ه|وا)?|مشاركة|انشر|ارسل|طباعة|اطبع|احفظ|حفظ|انسخ|نسخ|تم (?:ال)?(?:حفظ|نسخ)"
_PIECE = (
    "الرابط|الخبر|المقالة?|القصة|الصفحة|الموضوع|هذا (?:المقال|الخبر|الموضوع)|هذه (?:القصة|الصفحة)"
)

_RULES = (
    Rule(
        "icons, size of type, players",
        (
            r"(?:\S+ )?icon|logo|menu|search|close|share|loading\W*|play|skip to content",
            r"advertisement",
            r"article information",
            r"[+-] ?A|A ?[+-]|T ?T|A ?A|ع ع ع|حجم الخط|(?:تكبير|تصغير) (?:حجم )?الخط",
            r"\d+:\d\d ?/ ?\d+:\d\d|(?:تشغيل|ايقاف|مشغل) الفيديو",
            r"استمع(?: (?:الى |ل)(?:ال)?(?:مقال|خبر|نص|قصة))?",
        ),
    ),
    Rule(
        "share buttons; a sentence would go on after them",
        (
            rf"(?:{_SAVE})(?: (?:{_PIECE}))?"
            rf"(?: (?:عبر|على|في|مع)(?: {_NETWORK}| الاصدقاء)?)?:?",
            rf"{_NETWORK}(?:{_SEP}+{_NETWORK})*",
        ),
    ),
    Rule(
        "advertisements, counters, time to read",
        (
            r"(?:ال)?اعلان(?:ات)?|مساحة اعلانية|انتهى الاعلان|يتبع الاعلان",
            r"(?:مدة|زمن|وقت) القراءة\W.*|\d+ (?:دقيقة|دقائق|دقيقتان) (?:ل|من )?ل?لقراءة",
            r"(?:عدد )?(?:ال)?(?:مشاهدات|قراءات|زيارات)\W{0,3}[\d,.]*",
            r"[\d,.]+ (?:مشاهدة|قراءة|مشاركة|تعليقات?)",
            r"هل (?:وجدت|اعجبك|افادك) .{0,20}(?:مقال|خبر|موضوع|مادة).{0,20}",
        ),
    ),
    Rule(
        'menus; names of sections ("اقتصاد") are left out: they may be subheadings too',
        (
            r"(?:الصفحة )?الرئيسية(?: ?[›»>/|].*)?|القائمة|تسجيل (?:ال)?دخول",
            r"بحث|ابحث(?: .{1,15})?",
            r"التغطية الحية|(?:ال)?بث (?:ال)?(?:مباشر|حي)|مباشر|(?:(?:اعرض|عرض|حمل) )?المزيد",
            rf"{_FOOTER}(?:{_SEP}+{_FOOTER})*",
        ),
    ),
    Rule(
        '"follow us"; "تابعنا باهتمام …" is "we followed with interest": a network must be named',
        (
            rf"(?:تابعو(?:نا|ا)|انضموا|حملوا) .{{0,60}}"
            rf"(?:{_NETWORK}|قناتنا|تطبيق|نشرتنا).{{0,60}}",
            r"تابعو(?:نا|ا)(?: \S+){0,3} (?:على|عبر|في):?",
            rf"(?:تابعنا|انضم(?: الينا)?) (?:على|عبر|الى) .{{0,20}}(?:{_NETWORK}|قناتنا|تطبيقنا)",
        ),
    ),
    Rule(
        "sign-up for the newsletter",
        (
            r"(?:هل تريد )?(?:اشترك(?:وا)?|(?:ال)?اشتراك|سجل(?:وا)?)(?: الان| معنا)?[?!.]?",
            r"(?:هل تريد )?(?:اشترك(?:وا)?|(?:ال)?اشتراك|سجل(?:وا)?) (?:الان )?(?:في|ب|ل)"
            r".{0,20}(?:النشرة|نشرتنا|نشرة|القائمة البريدية|قناتنا).{0,80}",
            r"(?:ادخل |اكتب )?(?:عنوان )?بريدك الالكتروني(?: هنا)?|(?:ال)?نشرة (?:ال)?بريدية",
            r"شكرا لاشتراكك.*|لقد تمت العملية بنجاح.*|هذا الحقل مطلوب",
        ),
    ),
    Rule(
        "Enab Baladi asks for corrections under each article",
        (r"اذا كنت تعتقد.{0,12} ان (?:المقال|الخبر|المادة) .*",),
    ),
    Rule(
        "file name of a picture",
        (r"\S*[\w)]\.(?:jpe?g|png|webp|gif|svg|avif)",),
        opens=Opens.CAPTION,
    ),
    Rule(
        "credit of a picture without a caption",
        (
            r"(?:م?صدر الصورة|حقوق الصورة|تصوير|Image source)\W.{1,40}",
            rf"© ?{_AGENCY}.{{0,20}}",
        ),
    ),
    Rule(
        "caption: marked as one, or with the picture's credit at its end",
        (
            r"(?:التعليق على الصورة|تعليق الصورة|Image caption)\W.+",
            rf"[^.]*\S ?[-–—]? ?[(\[] ?(?:{_AGENCY}|{_DESK})"
            rf"(?:[ /,-]+{_AGENCY})*(?: .{{1,15}})?[)\]]",
            r"\S+(?: \S+)+ [-–—|/] ?(?:(?:ال)?ان{1,2}ترنت|ارشيف)",
        ),
        Kind.CAPTION,
    ),
    Rule(
        "a link to another article, in one line",
        (
            rf"{_ALSO} ?[:|-].+|{_ALSO} [^:]*[^.:]",
            r"(?:اقرا|طالع|شاهد|للمزيد|قد يهمك(?: ايضا)?|ذات صلة) ?[:|].+",
            r"للمزيد(?: من التفاصيل)?,? (?:اضغط|انقر).*|(?:اقراي?|قراءة|تابع) المزيد(?:\W.*)?",
        ),
    ),
    Rule(
        "Al Jazeera's and BBC's marks for screen readers, around such links",
        (
            r"نهاية القائمة|end of list|تخطى? .{1,60} وواصل القراءة|نهاية .{1,20} مشاركة.*",
            r"(?:البودكاست|قصص مقترحة|الاكثر قراءة|يستحق الانتباه|مواضيع ذات صلة) نهاية",
        ),
    ),
    Rule(
        "a list of other articles, or of this one's parts",
        (
            rf"{_ALSO} ?:?|(?:جدول )?(?:ال)?محتويات|يستحق الانتباه:?|(?:اخبار )?ذات (?:ال)?صلة:?",
            r"(?:ال)?(?:مواضيع|موضوعات|مقالات|اخبار|قصص|مواد|تقارير|روابط) "
            r"(?:ال)?(?:متعلقة|مرتبطة|ذات صلة|مشابهة|مقترحة|مختارة|اخرى):?",
            r"قائمة من \d+ عناصر|list of \d+ items|-? ?(?:قائمة|list) \d+ (?:من|of) \d+\W*",
        ),
        opens=Opens.LIST,
    ),
    Rule(
        "a list of other articles, mostly at the end",
        (
            r"(?:الاخبار |المواضيع )?الاكثر (?:قراءة|مشاهدة|تداولا|تعليقا|رواجا)(?: .{1,20})?:?",
            r"الرائج|(?:اخر|احدث|اهم|ابرز) الاخبار:?|حول هذه القصة|من الموقع",
            r"اقرا (?:في|على) .{1,20}",
            r"المزيد من (?:ال)?(?:اخبار|سياسة|اقتصاد|رياضة|قصص|مواضيع|مقالات|هذا القسم)(?: \S+)?",
            r"اخترنا (?:لك|لكم):?|قد (?:يعجبك|يهمك)(?: ايضا)?:?|وصلات خارجية(?:\[.*\])?",
        ),
        opens=Opens.TAIL,
    ),
    Rule(
        "tags",
        (
            r"(?:ال)?(?:كلمات (?:ال)?(?:مفتاحية|دلالية|دليلية)|وسوم|علامات|تاغات|هاشتاغ)(?:\W.*)?",
            r"الوسم(?:\W.*)?|مواضيع:?|tags?(?:\W.*)?|#\S+(?: +#\S+)*",
        ),
        opens=Opens.TAIL,
    ),
    Rule(
        "Wikipedia, around its text",
        (r"من ويكيبيديا\W.*|اذهب الى .{0,8}(?:التنقل|البحث).*|تصنيف(?:ات)?(?: مخفية)? ?:.*",),
    ),
    Rule(
        "the foot of the page",
        (
            r"اخر تعديل لهذه الصفحة.*|هذه الصفحة اخر مرة عدلت.*|النصوص متاحة (?:تحت|بموجب).*",
            r".{0,60}(?:جميع|كل|كافة) (?:ال)?حقوق (?:النشر )?محفوظة.{0,80}",
            r".{0,60}© ?(?:\S+ )?\d{4}.{0,80}",
        ),
        opens=Opens.END,
    ),
    Rule(
        "what readers wrote",
        (
            r"(?:ال)?تعليقات(?:\W{0,3}\d+\W?)?|\(?\d+\)? تعليقات?",
            r"(?:اضف|اكتب|اترك|ارسال) (?:تعليق|رد).{0,20}",
        ),
        opens=Opens.END,
    ),
    Rule(
        "when",
        (
            rf"{_PUBLISHED}\W+.{{0,12}}(?:{_DATE}|{_AGO}).{{0,60}}|(?:{_PUBLISHED}\W+)?{_AGO}",
            rf"(?:{_DATE_WORD}\b|\d{{1,2}}:\d\d|[^\w\"«(])*+{_DATE}"
            rf"(?:{_DATE_WORD}\b|\d|[^\w\"«()]|\([^()]*\))*+(?:\w+\W*){{0,2}}",
        ),
        Kind.DATELINE,
    ),
    Rule(
        "by whom, and from where",
        (
            r"(?:بقلم|بواسطة|كتبت?|كتبه|اعداد|اعده|تحرير|ترجمة|المصادر|المصدر|المحرر|الكاتب)"
            r" ?[:/,|-] ?\S+(?: \S+){0,7}|(?:By|Author|Role)\b[:, ]+\S+(?: \S+){0,5}",
            r"بقلم \S+(?: \S+){0,4}",
            rf"{_DESK}|\S+(?: \S+){{0,2}} ?[-–—/:|]+ ?{_DESK}",
            rf"{_DESK} ?[-–—/|]+ ?\S+(?: \S+){{0,2}}",
        ),
        Kind.BYLINE,
    ),
)
_COMPILED = tuple((rule, re.compile(_any(*rule.patterns), re.IGNORECASE)) for rule in _RULES)
_LONGEST = 250  # characters; furniture is short, and a search in long lines slow


def fold(line: str) -> str:
    """A line as the rules see it: bare letters, bare alef, ASCII digits and punctuation.

    >>> fold(" اقرأ أيضاً: ١٢ ")
    'اقرا ايضا: 12'
    """
    return re.sub("[أإآٱ]", "ا", ascii_digits_and_punctuation(normalise(line)))


def find_rule(line: str) -> Rule | None:
    """The first rule that knows this folded line.

    >>> find_rule("حجم الخط").kind.value, find_rule("مشاركة الدول العربية في القمة")
    ('furniture', None)
    """
    if not line or len(line) > _LONGEST:
        return None
    return next((rule for rule, pattern in _COMPILED if pattern.fullmatch(line)), None)
