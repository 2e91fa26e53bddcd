from fractions import Fraction
MASS_UNITS = {"mg": Fraction(1,10**6), "g": Fraction(1,1000), "kg": Fraction(1), "t": Fraction(1000), "lb": Fraction("0.45359237"), "oz_t": Fraction("0.0311034768"), "mtu": Fraction(10)}
