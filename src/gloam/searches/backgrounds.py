"""Backgrounds of counts beside simulated processes of gloam's own: mistaken tracks of hadrons, and assumed rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from gloam.searches.preparation import Declaration, Simulated
from gloam.sourced import Sourced

__all__ = ["AssumedRate", "CountedBackground", "Loosened", "MistakenTracks"]


class Loosened(Declaration):
    """A cut |column| < value that simulated background passes with a larger value, and is scaled down for it.

    Attributes:
        column: of the cut.
        limit: the larger value, in the unit of the column.
        power: what is kept is (value / limit)^power, as for candidates that are even in `power` dimensions; None: the
            part of all candidates of the sample that the cut keeps, whatever their weights.
    """

    column: str
    limit: Sourced
    power: Annotated[int, Field(ge=1)] | None = None


class MistakenTracks(Declaration):
    """Events of hadrons from Pythia in which tracks are taken for those of dark photons.

    Attributes:
        process: of Pythia.
        events: how many.
        pairs: that are asked for: three, or two beside which the third is missing.
        fakes: by pair, the chance that a track of each true species is taken for one of its tracks.
        loosened: cuts that too few simulated events pass.
        scale: by which the cross section is multiplied; None: 1.
    """

    process: Literal["qqbar", "bbbar"]
    events: int = Field(gt=0)
    pairs: tuple[Literal["ee", "mumu", "pipi"], ...] = Field(min_length=2, max_length=3)
    fakes: Mapping[str, Mapping[str, Sourced]]
    loosened: tuple[Loosened, ...] = ()
    scale: Sourced | None = None

    @property
    def label(self) -> str:
        """The name in tables."""
        return f"{self.process}, mistaken tracks"


class AssumedRate(Declaration):
    """A background that nothing simulates, evenly over the plane.

    Attributes:
        per_fb: events in the whole plane for 1 fb^-1.
        label: in tables.
    """

    per_fb: Sourced
    label: str = "assumed rate"


CountedBackground: TypeAlias = Simulated | MistakenTracks | AssumedRate
"""What a counted spectrum takes its background from."""
