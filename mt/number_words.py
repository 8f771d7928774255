"""Words that are or imply a number, in Arabic (bare letters, bare alef) and English, as tables."""

from __future__ import annotations

_UNITS = (
    "one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth "
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
    "nineteenth"
)
_MONTHS = (  # as English, Levantine, Egyptian and Gulf, and Maghrebi papers write them
    "january jan يناير جانفي",
    "february feb شباط فبراير فيفري",
    "march mar اذار مارس",
    "april apr نيسان ابريل افريل",
    "may ايار مايو ماي",
    "june jun حزيران يونيو يونيه جوان",
    "july jul تموز يوليو يوليه جويلية",
    "august aug اب اغسطس اوت",
    "september sep sept ايلول سبتمبر شتنبر",
    "october oct اكتوبر",
    "november nov نوفمبر نونبر",
    "december dec ديسمبر دجنبر",
)

# Cardinals, which state a number (a text must not lose or gain one from three on) …
CARDINALS = {
    **{word: i for i, word in enumerate(_UNITS.split(), 1)},
    **{word: 10 * i for i, word in enumerate(_TENS.split(), 2)},
    **{
        form: value
        for value, forms in {
            1: "واحد واحدة احدى احد",
            2: "اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي",
            3: "ثلاث ثلاثة",
            4: "اربع اربعة",
            5: "خمس خمسة",
            6: "ست ستة",
            7: "سبع سبعة",
            8: "ثمان ثماني ثمانية",
            9: "تسع تسعة",
            10: "عشر عشرة",
            20: "عشرون عشرين",
            30: "ثلاثون ثلاثين",
            40: "اربعون اربعين",
            50: "خمسون خمسين",
            60: "ستون ستين",
            70: "سبعون سبعين",
            80: "ثمانون ثمانين",
            90: "تسعون تسعين",
            200: "مئتان مئتين مائتان مائتين مئتا مئتي مائتا مائتي",
            **{
                100 * i: f"{stem}مئة {stem}مائة {stem}مئه"
                for i, stem in enumerate(["ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع"], 3)
            },
        }.items()
        for form in forms.split()
    },
}
HUNDRED = dict.fromkeys(["hundred", "مئة", "مائة", "مية"], 100)
HALF = dict.fromkeys(["half", "نصف"], 0.5)
SCALES = {
    form: value
    for value, forms in {
        1e3: "thousand thousands الف الفا الاف",
        1e6: "million millions مليون مليونا ملايين",
        1e9: "billion billions مليار مليارا مليارات بليون بلايين",
        1e12: "trillion trillions تريليون تريليونا تريليونات ترليون",
    }.items()
    for form in forms.split()
}
DUAL_SCALES = {
    form: value
    for value, forms in {
        2e3: "الفان الفين الفي",  # not الفا and مليونا, which are one thousand and one million too
        2e6: "مليونان مليونين مليوني",
        2e9: "ملياران مليارين ملياري",
    }.items()
    for form in forms.split()
}
# … ordinals, which join with them ("twenty-first", "الثالث والعشرون") …
ORDERS = {
    **{word: i for i, word in enumerate(_ORDINALS.split(), 1)},
    **{word[:-1] + "ieth": 10 * i for i, word in enumerate(_TENS.split(), 2)},
    **{
        form: i
        for i, forms in enumerate(
            (
                "اول اولى حادي حادية",
                "ثان ثاني ثانية ثانيا",
                "ثالث ثالثة ثالثا",
                "رابع رابعة رابعا",
                "خامس خامسة خامسا",
                "سادس سادسة",
                "سابع سابعة",
                "ثامن ثامنة",
                "تاسع تاسعة",
                "عاشر عاشرة",
            ),
            1,
        )
        for form in forms.split()
    },
}
# … and words that may be what a number became in the other language.
HINTS: dict[str, tuple[float, ...]] = {
    **{word[:-1] + "ies": (10 * i, 1900 + 10 * i) for i, word in enumerate(_TENS.split(), 2)},
    **{name: (i,) for i, names in enumerate(_MONTHS, 1) for name in names.split()},
    **{
        form: values
        for forms, values in {
            "كانون": (12, 1),
            "تشرين": (10, 11),
            "zero no none nil صفر": (0,),
            "a an once single only alone وحيد مرة": (1,),
            "both pair couple twice double doubled مزدوج ضعف ضعفي كلا كلتا": (2,),
            "triple tripled threefold thrice trio ثلاثي ثلاثية ثلاثتهم": (3,),
            "quadruple quadrupled fourfold رباعي رباعية": (4,),
            "خماسي خماسية": (5,),
            "سداسي سداسية": (6,),
            "week weeks اسبوع سباعي": (7,),
            "decade decades عقد عقود": (10,),
            "dozen dozens دزينة عشرات": (10, 12),
            "fortnight": (14, 2),
            "century centuries hundreds مئات قرن قرون": (100,),
            "millennium millennia الفية": (1e3,),
            "half halves halved نصف": (0.5, 50, 30, 2),
            "third thirds ثلث ثلثي ثلثا ثلثين اثلاث": (3, 33, 66, 2),
            "quarter quarters ربع ارباع": (0.25, 25, 75, 15, 45, 4, 3),
            "fifth fifths خمس اخماس": (0.2, 5, 20),
            "tenth tenths عشر": (0.1, 10),
        }.items()
        for form in forms.split()
    },
    **{
        form + ending: (10 * i, 1900 + 10 * i)
        for i, form in enumerate(
            ["عشرين", "ثلاثين", "اربعين", "خمسين", "ستين", "سبعين", "ثمانين", "تسعين"], 2
        )
        for ending in ("ات", "يات")
    },
}
