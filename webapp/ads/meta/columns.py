"""Which column of a Meta Ads Manager report is which, in the languages whose headers are known.
Pure.

The words are as exports and importers of them show them; a language that is not listed is not
guessed.
"""

from dataclasses import dataclass

from webapp.imports.tabular import Header, Unreadable

AMOUNT_SPENT = frozenset(
    {
        "amount spent",
        "importe gastado",
        "valor usado",
        "valor gasto",
        "ausgegebener betrag",
        "montant depense",
        "importo speso",
    }
)
STARTS = frozenset({"reporting starts", "inicio del informe", "inicio dos relatorios"})
ENDS = frozenset(
    {
        "reporting ends",
        "fin del informe",
        "termino dos relatorios",
        "encerramento dos relatorios",
    }
)
DAY = frozenset({"day", "dia", "tag", "jour", "giorno"})
CAMPAIGN = frozenset(
    {
        "campaign name",
        "nombre de la campana",
        "nome da campanha",
        "kampagnenname",
        "nom de la campagne",
        "nome della campagna",
    }
)
IMPRESSIONS = frozenset({"impressions", "impresiones", "impressoes", "impressionen"})
LINK_CLICKS = frozenset(
    {
        "link clicks",
        "clics en el enlace",
        "cliques no link",
        "link-klicks",
        "clics sur le lien",
        "clic sul link",
    }
)
#: What tells rows of one campaign and day apart; such rows are summed.
FINER = (
    "campaign id",
    "ad set name",
    "nombre del conjunto de anuncios",
    "nome do conjunto de anuncios",
    "name der anzeigengruppe",
    "nom de l'ensemble de publicites",
    "nome del gruppo di inserzioni",
    "ad set id",
    "ad name",
    "ad id",
    "ads",
)
#: Columns that split a day's numbers another way than by campaign, ad set or ad.
BREAKDOWNS = frozenset(
    {
        "platform",
        "placement",
        "age",
        "gender",
        "region",
        "country",
        "dma region",
        "impression device",
        "device platform",
        "time of day",
        "product id",
    }
)
#: Columns after "Purchases …" with these words are rates or amounts, not counts.
_NOT_A_COUNT = frozenset({"conversion", "value", "rate", "roas", "cost", "per", "average"})
_HOW = "In Ads Manager choose the level Campaigns and the breakdown By time, Day; then export it."


@dataclass(frozen=True, slots=True)
class Columns:
    """Where everything stands; None is a column this file does not have."""

    campaign: int
    day: int
    starts: int | None
    ends: int | None
    impressions: int
    link_clicks: int | None
    spend: int
    purchases: int | None
    purchase_value: int | None
    cpc: int | None
    ctr: int | None
    cpm: int | None
    finer: tuple[int, ...]
    currency: str
    currency_column: int | None


def is_meta(header: Header) -> bool:
    """Whether this is a report of Meta's Ads Manager or Ads Reporting, or its bulk-edit export."""
    if _is_bulk_edit(header):
        return True
    dated = header.all_of(STARTS) or (header.all_of(DAY) and header.all_of(CAMPAIGN))
    return bool(header.all_of(AMOUNT_SPENT) and dated)


def _is_bulk_edit(header: Header) -> bool:
    return header.full[:3] == ["ad name", "ad start time", "ad status"]


def columns_of(header: Header) -> Columns:
    """Every column by its meaning. Raises Unreadable when the report cannot give one number per
    campaign and day.
    """
    if _is_bulk_edit(header):
        raise Unreadable(
            "This is Meta's bulk-edit export: it holds the settings of the ads and no results."
            f" {_HOW}"
        )
    campaign, day = header.where(CAMPAIGN), header.where(DAY)
    if day is None:
        missing = "a Day column" if campaign is not None else "the columns Campaign name and Day"
        raise Unreadable(f"It sums up a whole period: {missing} would be needed. {_HOW}")
    if campaign is None:
        raise Unreadable(f"It has no column Campaign name. {_HOW}")
    if split := header.all_of(BREAKDOWNS):
        names = ", ".join(header.cells[index] for index in split)
        raise Unreadable(
            f"It splits every day by {names}, which is not read yet. Export it without that"
            " breakdown, by Day only."
        )
    impressions = header.where(IMPRESSIONS)
    if impressions is None:
        raise Unreadable("It has no column Impressions. Add it in Ads Manager and export again.")
    spend = header.where(AMOUNT_SPENT)
    assert spend is not None  # is_meta found it
    currency, currency_column = _currency(header, spend)
    return Columns(
        campaign=campaign,
        day=day,
        starts=header.where(STARTS),
        ends=header.where(ENDS),
        impressions=impressions,
        link_clicks=header.where(LINK_CLICKS),
        spend=spend,
        purchases=_purchases(header),
        purchase_value=header.where({"purchases conversion value"}),
        cpc=header.where({"cpc (cost per link click)"}, full=True),
        ctr=header.where({"ctr (link click-through rate)"}, full=True),
        cpm=header.where({"cpm (cost per 1,000 impressions)"}, full=True),
        finer=tuple(header.all_of(FINER)),
        currency=currency,
        currency_column=currency_column,
    )


def _currency(header: Header, spend: int) -> tuple[str, int | None]:
    """The currency in the header's bracket, else the column that names it in every row."""
    code = header.bracket(spend).upper()
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code, None
    column = header.where({"currency"})
    if column is None:
        raise Unreadable(
            f"The column “{header.cells[spend]}” does not name its currency, as Meta's own files"
            " do: “Amount spent (USD)”."
        )
    return "", column


def _purchases(header: Header) -> int | None:
    """The one column that counts purchases; Results is never it: its meaning changes by row."""
    found = [
        index
        for index, name in enumerate(header.bases)
        if (words := name.split())
        and words[0] == "purchases"
        and not _NOT_A_COUNT.intersection(words)
    ]
    exact = [index for index in found if header.bases[index] == "purchases"]
    found = exact or found
    return found[0] if len(found) == 1 else None
