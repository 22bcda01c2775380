{#-
    The 95 % point of Student's t distribution, by the first terms of the Cornish-Fisher expansion
    (M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.5): within two
    percent of the true value from two degrees of freedom on, an eighth too small at one.

    Args:
        freedom: expression of the degrees of freedom, at least 1; null below.

    1.6448536269514722 is the 95 % point of the standard normal distribution.
-#}
{% macro student_t_95(freedom) -%}
    case
        when {{ freedom }} >= 1 then
            1.6448536269514722
            + (pow(1.6448536269514722, 3) + 1.6448536269514722) / (4.0 * {{ freedom }})
            + (
                5 * pow(1.6448536269514722, 5) + 16 * pow(1.6448536269514722, 3)
                + 3 * 1.6448536269514722
            ) / (96.0 * {{ freedom }} * {{ freedom }})
            + (
                3 * pow(1.6448536269514722, 7) + 19 * pow(1.6448536269514722, 5)
                + 17 * pow(1.6448536269514722, 3) - 15 * 1.6448536269514722
            ) / (384.0 * pow({{ freedom }}, 3))
    end
{%- endmacro %}
