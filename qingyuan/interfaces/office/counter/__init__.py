"""The counter (柜台收费): taking money by keyboard, opening and closing the shift."""
