"""What caps on money allow, for whole columns of prices: the same as `limits.affordable`, offer by offer."""

from __future__ import annotations

import attrs
import polars as pl

from vault_rules.engine.fast.rooms import Bound


@attrs.frozen
class Affordable:
    """Figures for offers of at most so much, at most so dear, in whole units of quantity, price and money."""

    most: int
    highest: int
    milligram: int
    cent: int
    product: tuple[int, int]
    """What a product of quantity and price is in units of money: numerator and denominator."""
    cents: tuple[int, int]
    """The same in cents."""

    @property
    def unbounded(self) -> tuple[int, int, int]:
        """The figures of what no cap keeps back."""
        bound = (self.most // self.milligram + 2) * self.highest
        up, down = self.product
        return bound, bound * self.milligram * up // down + 2 * self.cent, bound

    @property
    def largest(self) -> int:
        """No figure on the way to what is allowed is larger."""
        product, money, _ = self.unbounded
        return max(2 * product * self.milligram * self.cents[0], 2 * self.cents[1], money + 2 * self.cent)

    def of(self, bound: Bound, used: int) -> tuple[int, int, int]:
        """With so much used: the products of milligrams and price that can be paid, the money, and both for cents."""
        rest = bound.limit.numerator - used * bound.limit.denominator
        if rest <= 0:
            return 0, 0, 0
        (up, down), below = self.product, bound.limit.denominator
        cents = rest // (below * self.cent) * self.cent
        figures = (rest * down // (below * up * self.milligram), rest // below, cents * down // (up * self.milligram))
        product, money, whole_cents = (min(*pair) for pair in zip(figures, self.unbounded, strict=True))
        return product, money, whole_cents

    def allowed(self, kind: pl.DataType) -> pl.Expr:
        """The quantity allowed, of columns `product`, `money`, `cents` and `price` of whole numbers."""

        def whole(number: int) -> pl.Expr:
            return pl.lit(number, dtype=kind)

        price, (up, down) = pl.col("price"), self.cents
        quantity = pl.col("product") // price * whole(self.milligram)
        cents, rest = quantity * price * whole(up) // whole(down), quantity * price * whole(up) % whole(down) * whole(2)
        half_even = (rest > whole(down)) | ((rest == whole(down)) & (cents % whole(2) == whole(1)))
        invoice = (cents + half_even.cast(kind)) * whole(self.cent)
        less = pl.col("cents") // price * whole(self.milligram)
        return pl.when(invoice <= pl.col("money")).then(quantity).otherwise(less)
