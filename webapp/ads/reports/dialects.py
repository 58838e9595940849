"""How each ad platform names the columns of its reports, in the languages whose headers are known.
Pure data.

The words are as exports and importers of them show them, folded (lower case, no accents); a
language that is not listed is not guessed but mapped by a person, once. X Ads is not here: no
export of its own pages was found, so it goes through the mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from webapp.core.text import fold
from webapp.imports.tabular import Header

Words = frozenset[str]


class Role(StrEnum):
    """What a column is for."""

    DAY = "day"
    STARTS = "starts"
    ENDS = "ends"
    HOUR = "hour"
    SPAN = "span"
    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    PLATFORM = "platform"
    CURRENCY = "currency"
    SPEND = "spend"
    IMPRESSIONS = "impressions"
    CLICKS = "clicks"
    CONVERSIONS = "conversions"
    VALUE = "value"
    CPC = "cpc"
    CTR = "ctr"
    CPM = "cpm"


#: What adds up over rows, in the order numbers are kept.
ADDITIVE = (Role.SPEND, Role.IMPRESSIONS, Role.CLICKS, Role.CONVERSIONS, Role.VALUE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One platform's way of writing reports.

    `marks`: a header is this platform's when it has a column of every set. `how`: what to export
    when a report cannot be used. `finer`: columns that tell rows of one campaign and day apart and
    always add up. `partial`: columns whose rows leave some of the spend out. `has_more_totals`:
    totals of more than the rows follow the rows' own. `is_dated_once`: the day column holds the
    period's first day when the report was not split by day. `decimal` is how the platform writes
    numbers in every language, `order` how it writes days in the columns called `ordered`.
    """

    name: str
    words: str
    platform: str
    roles: Mapping[Role, Words]
    marks: tuple[Words, ...]
    how: str
    partial: Words = frozenset()
    decimal: str = ""
    order: str = ""
    ordered: Words = frozenset()
    has_more_totals: bool = False
    is_dated_once: bool = False
    ignores: Words = frozenset()


def _words(*names: str) -> Words:
    return frozenset(fold(name) for name in names)


GOOGLE = Dialect(
    name="google_report",
    words="Google Ads",
    platform="google",
    roles={
        Role.DAY: _words("day", "date", "dia", "日"),
        Role.HOUR: _words("hour", "hour of the day"),
        Role.SPAN: _words("week", "month", "quarter", "year", "semana"),
        Role.ACCOUNT: _words("account", "account name"),
        Role.CAMPAIGN: _words("campaign", "campana", "キャンペーン"),
        Role.CURRENCY: _words("currency code", "codigo de moneda"),
        Role.SPEND: _words("cost", "coste", "費用"),
        Role.IMPRESSIONS: _words("impr.", "impressions", "表示回数"),
        Role.CLICKS: _words("clicks", "clics", "クリック数"),
        Role.CONVERSIONS: _words("conversions", "conversiones"),
        Role.VALUE: _words("conv. value"),
        Role.CPC: _words("avg. cpc"),
        Role.CTR: _words("ctr"),
        Role.CPM: _words("avg. cpm"),
    },
    marks=(
        _words("cost", "coste", "費用"),
        _words(
            *(
                "impr.",
                "表示回数",
                "avg. cpc",
                "avg. cost",
                "campaign status",
                "ad group status",
                "codigo de moneda",
            ),
            *("keyword status", "currency code", "interactions", "estado de la campana"),
        ),
    ),
    how="In Google Ads open Campaigns, add Segment, Time, Day, and download the table again.",
    partial=_words("search term", "search keyword", "landing page", "placement"),
    has_more_totals=True,
    ignores=_words("cost (converted currency)", "converted currency code"),
)

META = Dialect(
    name="meta_report",
    words="Meta Ads Manager",
    platform="meta",
    roles={
        Role.DAY: _words("day", "dia", "tag", "jour", "giorno", "日"),
        Role.STARTS: _words(
            *("reporting starts", "inicio del informe", "inicio dos relatorios"),
            *("debut des rapports", "レポート開始日"),
        ),
        Role.ENDS: _words(
            *("reporting ends", "fin del informe", "termino dos relatorios"),
            *("encerramento dos relatorios", "fin des rapports", "レポート終了日"),
        ),
        Role.HOUR: _words("time of day (ad account time zone)", "time of day"),
        Role.ACCOUNT: _words("account name", "account id"),
        Role.CAMPAIGN: _words(
            *("campaign name", "nombre de la campana", "nome da campanha", "kampagnenname"),
            *("nom de la campagne", "nome della campagna", "キャンペーン名"),
        ),
        Role.PLATFORM: _words("platform"),
        Role.CURRENCY: _words("currency"),
        Role.SPEND: _words(
            *("amount spent", "importe gastado", "valor usado", "valor gasto"),
            *("ausgegebener betrag", "montant depense", "importo speso", "消化金額"),
        ),
        Role.IMPRESSIONS: _words(
            *("impressions", "impresiones", "impressoes", "impressionen", "impression"),
            *("impressioni", "インプレッション"),
        ),
        Role.CLICKS: _words(
            *("link clicks", "clics en el enlace", "cliques no link", "link-klicks"),
            *("clics sur le lien", "clics sur un lien", "clic sul link"),
            *("リンクのクリック", "リンククリック"),
        ),
        Role.CONVERSIONS: _words("purchases"),
        Role.VALUE: _words("purchases conversion value"),
        Role.CPC: _words("cpc (cost per link click)"),
        Role.CTR: _words("ctr (link click-through rate)"),
        Role.CPM: _words("cpm (cost per 1,000 impressions)"),
    },
    marks=(
        _words(
            *("amount spent", "importe gastado", "valor usado", "valor gasto"),
            *("ausgegebener betrag", "montant depense", "importo speso", "消化金額"),
        ),
        _words(
            *("reporting starts", "inicio del informe", "inicio dos relatorios"),
            *("debut des rapports", "レポート開始日"),
            *("day", "dia", "tag", "jour", "giorno", "日"),
        ),
    ),
    how="In Ads Manager choose the level Campaigns and the breakdown By time, Day; then export it.",
    decimal=".",
)

LINKEDIN = Dialect(
    name="linkedin_report",
    words="LinkedIn Campaign Manager",
    platform="linkedin",
    roles={
        Role.DAY: _words("start date (in utc)", "begindatum (in utc)", "date", "day"),
        Role.ACCOUNT: _words("account name", "accountnaam"),
        Role.CAMPAIGN: _words("campaign name", "campaign", "campagnenaam"),
        Role.CURRENCY: _words("currency", "valuta"),
        Role.SPEND: _words("total spent", "totaal besteed"),
        Role.IMPRESSIONS: _words("impressions", "weergaven"),
        Role.CLICKS: _words("clicks", "klikken"),
        Role.CONVERSIONS: _words("conversions", "conversies"),
        Role.VALUE: _words("total conversion value"),
        Role.CPC: _words("average cpc", "gemiddelde cpc"),
        Role.CTR: _words("click through rate", "doorklikfrequentie (ctr)"),
        Role.CPM: _words("average cpm", "gemiddelde cpm"),
    },
    marks=(_words("total spent", "totaal besteed"),),
    how="In Campaign Manager choose Export, Time breakdown: Daily.",
    is_dated_once=True,
)

TIKTOK = Dialect(
    name="tiktok_report",
    words="TikTok Ads Manager",
    platform="tiktok",
    roles={
        Role.DAY: _words("by day", "date", "day"),
        Role.HOUR: _words("by hour", "hour"),
        Role.CAMPAIGN: _words("campaign name", "nama kampanye"),
        Role.CURRENCY: _words("currency", "mata uang"),
        Role.SPEND: _words("cost", "biaya"),
        Role.IMPRESSIONS: _words("impressions", "impression", "impresi iklan produk"),
        Role.CLICKS: _words("clicks (destination)", "jumlah klik iklan produk"),
        Role.CONVERSIONS: _words("conversions", "pesanan sku"),
        Role.VALUE: _words("pendapatan kotor"),
        Role.CPC: _words("cpc (destination)"),
        Role.CTR: _words("ctr (destination)", "tingkat klik iklan produk"),
        Role.CPM: _words("cpm"),
    },
    marks=(
        _words("cost", "biaya"),
        _words(
            *("clicks (destination)", "cpc (destination)", "ctr (destination)", "clicks (all)"),
            *("2-second video views", "6-second video views", "jumlah klik iklan produk"),
        ),
    ),
    how="In TikTok Ads Manager choose Reporting, the dimensions Campaign name and By day.",
)

MICROSOFT = Dialect(
    name="microsoft_report",
    words="Microsoft Ads",
    platform="microsoft",
    roles={
        Role.DAY: _words("timeperiod", "time period", "day", "date", "gregoriandate"),
        Role.ACCOUNT: _words("accountname", "account name", "account"),
        Role.CAMPAIGN: _words("campaignname", "campaign name", "campaign"),
        Role.CURRENCY: _words("currencycode", "currency code", "currency"),
        Role.SPEND: _words("spend"),
        Role.IMPRESSIONS: _words("impressions", "impr."),
        Role.CLICKS: _words("clicks"),
        Role.CONVERSIONS: _words("conversionsqualified", "conversions", "conv."),
        Role.VALUE: _words("revenue"),
        Role.CPC: _words("averagecpc", "avg. cpc", "average cpc"),
        Role.CTR: _words("ctr"),
        Role.CPM: _words("averagecpm", "avg. cpm"),
    },
    marks=(_words("spend"), _words("timeperiod", "campaignname", "impr.")),
    order="mdy",
    ordered=_words("timeperiod", "gregoriandate"),
    how="In Microsoft Advertising choose Reports, the unit of time Day, and download it as CSV.",
    partial=_words("searchquery", "search query", "search term", "keyword"),
)

#: The platforms whose own reports are recognised; the first that fits is taken.
DIALECTS = (META, LINKEDIN, TIKTOK, MICROSOFT, GOOGLE)

#: What a person's own table usually calls its columns: suggestions for the mapping.
SUGGESTED: Mapping[Role, Words] = {
    role: frozenset().union(*(one.roles.get(role, frozenset()) for one in DIALECTS)) | more
    for role, more in {
        Role.DAY: _words("date", "day", "datum", "fecha", "data"),
        Role.ACCOUNT: _words(),
        Role.CAMPAIGN: _words("campaign_name", "campaign"),
        Role.CURRENCY: _words("currency_code"),
        Role.SPEND: _words("spend", "cost", "amount", "spent"),
        Role.IMPRESSIONS: _words("impressions"),
        Role.CLICKS: _words("url clicks", "url_clicks", "link_clicks"),
        Role.CONVERSIONS: _words("conversions", "purchases"),
        Role.VALUE: _words("revenue", "conversion value", "conversions_value", "sales"),
    }.items()
}

#: Columns that split the numbers another way than by campaign, ad group or ad: as reports name
#: them, and the name such a split is stored under.
BREAKDOWNS: Mapping[str, str] = {
    "platform": "platform",
    "placement": "placement",
    "age": "age",
    "age range": "age",
    "gender": "gender",
    "region": "region",
    "country": "country",
    "country/territory (matched)": "country",
    "dma region": "dma",
    "impression device": "device",
    "device platform": "device",
    "device": "device",
    "network": "network",
    "network (with search partners)": "network",
    "objective": "objective",
    "product id": "product",
    "campaign type": "type",
}


#: Columns of what a campaign is made of: without its name nobody knows whose they are.
PARTS_OF_CAMPAIGNS = _words(
    *("ad set name", "ad set id", "ad name", "ad id", "ads", "ad", "ad group", "ad group name"),
    *("keyword", "search keyword", "search term", "creative name", "line item"),
)


@dataclass(frozen=True, slots=True)
class Stranger:
    """A file people take for a report of results, and what it is."""

    marks: tuple[Words, ...]
    words: str
    first: tuple[str, ...] = field(default=())

    def fits(self, header: Header) -> bool:
        names = set(header.full) | set(header.bases)
        starts = tuple(header.full[: len(self.first)]) == self.first
        return starts and all(names & one for one in self.marks)


STRANGERS = (
    Stranger(
        (_words("ad name"), _words("ad start time"), _words("ad status")),
        "This is Meta's bulk-edit export: it holds the settings of the ads and no results."
        f" {META.how}",
        ("ad name", "ad start time", "ad status"),
    ),
    Stranger(
        (_words("email address"), _words("optin_time", "member_rating", "confirm_time")),
        "This is an audience of Mailchimp: it holds people, not results of ads.",
    ),
    Stranger(
        (_words("converted amount"), _words("fee"), _words("amount")),
        "This is a list of payments of Stripe: it holds money that came in, not results of ads.",
    ),
)


def dialect_of(header: Header) -> Dialect | None:
    """Whose report it is; None when no platform's marks are all there."""
    names = set(header.full) | set(header.bases)
    return next((one for one in DIALECTS if all(names & marks for marks in one.marks)), None)


def by_name(name: str) -> Dialect | None:
    """The dialect of that name."""
    return next((one for one in DIALECTS if one.name == name), None)


def knows(name: str) -> bool:
    """Whether a folded column name is one that some report has."""
    return name in _KNOWN


_KNOWN = frozenset().union(
    *(words for one in DIALECTS for words in one.roles.values()),
    *(words for words in SUGGESTED.values()),
    *(marks for stranger in STRANGERS for marks in stranger.marks),
)
