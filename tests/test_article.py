"""Finding the article in scraped pages: real forms of pages, with texts written for the test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mt.article import Article
from mt.furniture import Kind

SAMPLES = Path(__file__).parents[1] / "eval/articles"
REAL = Path(__file__).parents[2] / "shared/articles/000_934a7e200e19234a.txt"

LEAD = "افتتحت بلدية المدينة اليوم الثلاثاء سوقا جديدة للخضار، بعد عامين من أعمال البناء."
SECOND = "وقال رئيس البلدية إن السوق تضم مئة متجر، وإنها ستخفف الزحام في الأحياء القديمة."
THIRD = "وأضاف أن الأسعار ستكون مراقبة، وأن الباعة الجوالين سيحصلون على أماكن مجانية."
HEADLINE = "افتتاح سوق جديدة للخضار بعد عامين من البناء"


def kinds(text: str, kind: Kind) -> list[str]:
    return [line.text.strip() for line in Article.from_text(text).lines if line.kind is kind]


def page(*lines: str) -> str:
    return "\n".join(lines) + "\n"


# What stands on a page, and around it what its site puts there.
PAGES = {
    "al jazeera": page(
        "تجاوز القائمة إلى المحتوى",
        "الأخبار",
        "اقتصاد",
        "أسواق",
        HEADLINE,
        "",
        "سوق الخضار الجديدة في يومها الأول (الجزيرة)",
        "16/2/2021",
        "|",
        "آخر تحديث: 16/2/2021 05:30 م (مكة المكرمة)",
        "استمع",
        "شارك",
        "حفظ",
        "",
        LEAD,
        "",
        "اقرأ أيضا",
        "list of 2 items",
        "list 1 of 2",
        "مزارعون يشكون غلاء البذور",
        "list 2 of 2",
        "كيف تختار خضارك؟",
        "end of list",
        "",
        SECOND,
        "",
        THIRD,
        "",
        "المصدر: الجزيرة + وكالات",
        "",
        "حول هذه القصة",
        "موجة حر تتلف المحاصيل في الجنوب",
        "المزيد من اقتصاد",
        "أسعار النفط ترتفع",
        "من نحن",
        "اتصل بنا",
        "جميع الحقوق محفوظة © 2021 شبكة الجزيرة الاعلامية",
    ),
    "bbc": page(
        "BBC News, عربي",
        "أقسام",
        "الرئيسية",
        HEADLINE,
        "",
        "صدر الصورة، Getty Images",
        "التعليق على الصورة، باعة في السوق الجديدة",
        "Article information",
        "Author, سمير منصور",
        "Role, بي بي سي نيوز",
        "16 فبراير/ شباط 2021",
        "",
        LEAD,
        "",
        "تخطى قصص مقترحة وواصل القراءة",
        "قصص مقترحة",
        "لماذا ترتفع أسعار الخضار في الشتاء؟",
        "قصص مقترحة نهاية",
        "",
        SECOND,
        "",
        THIRD,
        "",
        "مواضيع ذات صلة",
        "الشرق الأوسط",
        "اقتصاد",
        "الأكثر قراءة",
        "1",
        "أطول قطار في العالم",
        "© 2021 بي بي سي. بي بي سي ليست مسؤولة عن محتوى المواقع الخارجية.",
    ),
    "sky news arabia": page(
        "Sky News Arabia",
        "بث مباشر",
        "أخبار",
        "عربية",
        HEADLINE,
        "سكاي نيوز عربية - أبوظبي",
        "16 فبراير 2021 - 19:16 بتوقيت أبوظبي",
        "شارك",
        "فيسبوك",
        "تويتر",
        "0:00 / 1:34",
        "السوق الجديدة (أرشيف)",
        LEAD,
        SECOND,
        THIRD,
        "إقرأ أيضاً:",
        "أسعار الفاكهة تتراجع في أسواق الجملة",
        "الكلمات المفتاحية",
        "الخضار",
        "أسواق",
        "أخبار ذات صلة",
        "حملة لضبط الأسعار قبل رمضان",
        "Sky News Arabia © 2021",
    ),
    "asharq al-awsat": page(
        "الشرق الأوسط",
        "الاقتصاد",
        "",
        HEADLINE,
        "",
        "لندن: «الشرق الأوسط»",
        "نُشر: 19:16-16 فبراير 2021 م ـ 04 رجب 1442 هـ",
        "T T",
        "",
        LEAD,
        "",
        SECOND,
        "",
        THIRD,
        "",
        "مواضيع",
        "الوسوم: أسواق، خضار",
        "اختر المحررون",
        "اشترك في نشرتنا البريدية",
    ),
    "sana": page(
        "الصفحة الرئيسية",
        "محليات",
        HEADLINE,
        "2021-02-16",
        "دمشق-سانا",
        LEAD,
        SECOND,
        THIRD,
        "تابعوا آخر الأخبار السياسية والميدانية عبر تطبيق تيلغرام على الرابط: https://t.me/x",
        "مشاركة",
        "انظر أيضاً",
        "هطولات مطرية في معظم المحافظات",
    ),
    "enab baladi": page(
        "عنب بلدي",
        "أخبار",
        "اقتصاد",
        HEADLINE,
        "tag icon",
        "ع ع ع",
        "",
        "باعة في سوق الخضار- 16 من شباط 2021 (عنب بلدي)",
        "",
        "عنب بلدي – خاص",
        "",
        LEAD,
        "",
        SECOND,
        "",
        THIRD,
        "",
        "إذا كنت تعتقد/تعتقدين أن المقال يحوي معلومات خاطئة أرسل/أرسلي تصحيحًا",
        "",
        "مقالات متعلقة",
        "ضبط مواد فاسدة في أسواق حلب",
        "Enab Baladi © 2021",
    ),
    "rt": page(
        "مباشر",
        "أقسام مهمة",
        "الشرق الأوسط",
        "أخبار العالم العربي",
        "",
        HEADLINE,
        "",
        "تاريخ النشر: 16.02.2021 | 19:16 GMT",
        "",
        "market.jpg",
        "Reuters",
        "انسخ الرابط",
        "",
        LEAD,
        "",
        SECOND,
        "",
        THIRD,
        "",
        "المصدر: RT + وكالات",
        "",
        "تابعوا RT على",
        "إقرأ المزيد",
        "أمطار غزيرة تغلق طرقا جبلية",
        "",
        "التعليقات",
        "",
        "خبر جميل وننتظر المزيد من هذه المشاريع في المدن الأخرى أيضا يا جماعة.",
    ),
}


@pytest.mark.parametrize("site", PAGES)
def test_the_article_is_found_on_the_pages_of_news_sites(site: str) -> None:
    article = Article.from_text(PAGES[site])
    assert article.headline == HEADLINE
    assert [line for line in article.body.split("\n") if line] == [LEAD, SECOND, THIRD]


@pytest.mark.parametrize("site", sorted(set(PAGES) - {"enab baladi"}))
def test_the_date_is_found(site: str) -> None:
    assert "2021" in Article.from_text(PAGES[site]).dateline


def test_sample_pages_give_their_articles_line_for_line() -> None:
    rows = (SAMPLES / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    with_page = [row for row in map(json.loads, rows) if "page" in row]
    assert with_page
    for row in with_page:
        paragraphs: dict[int, list[str]] = {}
        for segment in row["segments"]:
            paragraphs.setdefault(segment["paragraph"], []).append(segment["source"])
        headline, *body = (" ".join(parts) for parts in paragraphs.values())
        article = Article.from_text((SAMPLES / "pages" / row["page"]).read_text(encoding="utf-8"))
        assert article.headline == headline
        assert [line.strip() for line in article.body.split("\n") if line.strip()] == body


@pytest.mark.skipif(not REAL.exists(), reason="the real page is not here")
def test_real_page() -> None:
    article = Article.from_text(REAL.read_text(encoding="utf-8"))
    assert article.headline == "لتقاسم السيطرة.. فشل الاجتماع بين الميليشيات في البوكمال"
    assert article.dateline == "2021.02.16 | 19:16 دمشق"
    assert len(article.captions) == 1 and article.captions[0].endswith("(إننترنت)")
    paragraphs = [line for line in article.body.split("\n") if line]
    assert len(paragraphs) == 10
    assert paragraphs[0].startswith("عقدت") and paragraphs[-1].endswith("حكم المدينة.")
    for left_out in ("icon", "حجم الخط", "اقرأ أيضاً", ".jpg", "التغطية الحية"):
        assert left_out not in article.text


WIKIPEDIA = page(
    "البوكمال", "من ويكيبيديا، الموسوعة الحرة", "اذهب إلى التنقل", "اذهب إلى البحث",
    "البوكمال مدينة سورية على نهر الفرات، تتبع محافظة دير الزور قرب الحدود مع العراق.",
    "محتويات", "1 التاريخ", "2 السكان", "التاريخ[عدل]",
    "نشأت المدينة الحديثة في أواخر القرن التاسع عشر، وكانت محطة للقوافل التجارية.",
    "وصلات خارجية[عدل]", "موقع المدينة", "تصنيفات: مدن سوريا", "مدن على الفرات",
)  # fmt: skip


def test_wikipedia_keeps_text_and_headings_and_drops_contents_and_categories() -> None:
    body = Article.from_text(WIKIPEDIA).body.split("\n")
    assert [line[:12] for line in body] == ["البوكمال مدي", "التاريخ[عدل]", "نشأت المدينة"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "  \n\n",
        LEAD,
        HEADLINE,
        "مشاركة",
        "حجم الخط\n",
        page(LEAD, SECOND, THIRD),
        page(LEAD, "", SECOND, "", "", THIRD),
        page("ذهبت إلى السوق", "عدت إلى البيت", "نمت باكرا"),
        "The committee met on Tuesday.\n\nShare\n\nIt adjourned without a decision.\n",
        "سطر أول\r\nسطر ثان\r\n",
        "\u2028\x0c\x85",
    ],
)
def test_a_text_that_is_no_page_comes_back_unharmed(text: str) -> None:
    article = Article.from_text(text)
    assert article.text == text
    assert {line.kind for line in article.lines} <= {Kind.BODY, Kind.BLANK}


def test_a_clean_text_with_a_title_has_a_headline_and_loses_nothing() -> None:
    text = page(HEADLINE, "", LEAD, "", SECOND)
    article = Article.from_text(text)
    assert article.text == text and article.headline == HEADLINE
    assert article.body == f"{LEAD}\n\n{SECOND}"


@pytest.mark.parametrize(
    "sentence",
    [
        "تابعنا باهتمام تطورات الوضع في غزة.",
        "تابعنا عبر تويتر ردود الفعل على القرار لحظة بلحظة.",
        "مشاركة الدول العربية في القمة أثارت جدلا.",
        "اقرأ أيضا في هذا الكتاب فصولا عن تاريخ المدينة.",
        "شارك في الاجتماع ممثلون عن عشر دول.",
        "حفظ السلام يحتاج إلى إرادة دولية.",
        "إعلان وقف النار جاء مفاجئا للجميع.",
        "الأكثر قراءة بين الشباب هي الروايات البوليسية.",
        "المصدر الذي تحدث إلينا طلب عدم كشف اسمه.",
        "قبل ثلاثة أيام اندلعت اشتباكات في البلدة.",
        "التعليقات التي أدلى بها الوزير أثارت غضبا واسعا.",
        "16 فبراير 2021 كان يوما فاصلا في تاريخ البلاد.",
        "اشترك في الهجوم ثلاثة مسلحين وفق الشرطة.",
        "بحث الجانبان سبل تعزيز التعاون الاقتصادي.",
        "استمع المجلس إلى إحاطة من المبعوث الأممي.",
        "المزيد من العقوبات في الطريق، وفق الدبلوماسي.",
        "- توزيع المساعدات على القرى المتضررة؛",
        "التحديات الاقتصادية",
        "المزيد من الضغوط",
        "16 شباط 2021",
        "وتصدر جدول الأعمال بندان:",
        "«لا سلام بلا عدالة»",
    ],
)
def test_a_line_of_the_body_that_looks_like_furniture_stays(sentence: str) -> None:
    text = page("حجم الخط", HEADLINE, "", LEAD, "", sentence, "", SECOND, "", "شارك", "فيسبوك")
    assert Article.from_text(text).body == f"{LEAD}\n\n{sentence}\n\n{SECOND}"


@pytest.mark.parametrize(
    "furniture",
    [
        "اقرأ أيضاً: فيضانات في الشمال",
        "إقرأ ايضا | فيضانات في الشمال",
        "اقرأ أيضاً فيضانات في الشمال تغرق القرى",
        "شاهد أيضا:\nفيضانات في الشمال تغرق القرى",
        "مواضيع ذات صلة\nفيضانات في الشمال تغرق القرى\nسد جديد في الجنوب",
        "للمزيد: فيضانات في الشمال",
        "+A\nحجم الخط\n-A",
        "شارك عبر واتساب",
        "فيسبوك | تويتر | واتساب",
        "إعلان",
        "اشترك في نشرتنا البريدية لتصلك آخر الأخبار",
        "اقرأ المزيد",
        "IMG_2041.JPG",
    ],
)
def test_furniture_in_the_middle_of_the_body_goes(furniture: str) -> None:
    text = page(HEADLINE, "", LEAD, "", furniture, "", SECOND, "", THIRD)
    assert Article.from_text(text).text == page(HEADLINE, "", LEAD, "", SECOND, "", THIRD)


def test_a_subheading_below_a_list_of_articles_stays() -> None:
    lines = (LEAD, "اقرأ أيضا", "فيضانات في الشمال تغرق القرى", "", "أسعار مراقبة", SECOND)
    assert "أسعار مراقبة" in Article.from_text(page(HEADLINE, *lines)).body


def test_a_line_between_headline_and_body_is_not_lost() -> None:
    standfirst = (
        "السوق الجديدة تضم مئة متجر وتخفف الزحام في الأحياء القديمة من المدينة وفق البلدية"
    )
    article = Article.from_text(page("حجم الخط", HEADLINE, standfirst, "", LEAD, SECOND))
    assert article.headline == HEADLINE
    assert article.body.startswith(standfirst)


def test_the_name_of_a_picture_above_its_caption_goes() -> None:
    text = page(
        "حجم الخط", HEADLINE, "2021.02.16", "سوق الخضار", "سوق الخضار الجديدة - إنترنت", LEAD
    )
    assert Article.from_text(text).captions == ("سوق الخضار الجديدة - إنترنت",)
    assert kinds(text, Kind.FURNITURE) == ["حجم الخط", "سوق الخضار"]


def test_a_greeting_above_the_first_paragraph_is_not_the_headline() -> None:
    article = Article.from_text(page("Menu", HEADLINE, "سمير منصور", "صباح الخير!", LEAD, SECOND))
    assert article.headline == HEADLINE
    assert article.body.startswith("صباح الخير!")


def test_the_headline_above_and_below_the_standfirst_is_given_once() -> None:
    text = page("بث مباشر", "الأخبار", HEADLINE, LEAD, HEADLINE, SECOND, THIRD)
    article = Article.from_text(text)
    assert article.headline == HEADLINE
    assert article.body == f"{LEAD}\n{SECOND}\n{THIRD}"


def test_the_headline_in_the_title_of_the_window_decides() -> None:
    text = page(
        f"{HEADLINE} | جريدة", "أخبار محلية وعربية", HEADLINE, "بين الناس اليوم", LEAD, "شارك"
    )
    assert Article.from_text(text).headline == HEADLINE


def test_comments_are_furniture_unless_most_of_the_text_stands_below() -> None:
    comments = page("شارك", HEADLINE, LEAD, SECOND, "التعليقات (1)", THIRD)
    assert Article.from_text(comments).body == f"{LEAD}\n{SECOND}"
    link_above = page("شارك", HEADLINE, LEAD, "التعليقات (1)", SECOND, THIRD)
    assert Article.from_text(link_above).body == f"{LEAD}\n{SECOND}\n{THIRD}"


_LINES = st.one_of(
    st.sampled_from(
        [line for text in PAGES.values() for line in text.split("\n")] + ["", "\r", "1"]
    ),
    st.text(max_size=30),
)


@given(st.lists(_LINES, max_size=30).map("\n".join))
def test_lines_joined_are_the_page(text: str) -> None:
    assert "".join(line.text for line in Article.from_text(text).lines) == text


@given(st.lists(_LINES, max_size=30).map("\n".join))
def test_paragraphs_are_kept_where_nothing_ends_the_page(text: str) -> None:
    ends = ("©", "التعليقات", "محفوظة", "حول هذه القصة", "الأكثر", "المفتاحية", "الوسوم", "المزيد")
    if not any(end in text for end in ends) and "#" not in text:
        for paragraph in (LEAD, SECOND, THIRD):
            assert (paragraph in Article.from_text(text).text) == (paragraph in text)
