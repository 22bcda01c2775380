{#-
    A uniform deviate strictly between 0 and 1, the same on every engine: the first 13 hexadecimal
    digits of an MD5 over seed, key and draw. They fit a double and a signed 64-bit integer exactly,
    and so does the half that is added; with literals as decimals the sum would be one, which costs
    more than the hash.

    Args:
        seed: expression of the build's seed.
        key: expression of a readable text that names the quantity, such as `asm:release-lag`.
        draw: expression of the number of the draw.

    Select it in a sub-query and take `probit` of the column outside: `probit` names its argument
    many times, and an expression in its place would be hashed as many times.
-#}
{% macro uniform_deviate(seed, key, draw) -%}
    (
        ('0x' || substr(md5({{ seed }} || '|' || {{ key }} || '|' || {{ draw }}), 1, 13))::bigint
            ::double
        + 0.5::double
    ) / 4503599627370496.0::double
{%- endmacro %}


{#-
    The standard normal quantile of a column with values strictly between 0 and 1, by P. J. Acklam's
    rational approximation (relative error below 1.2e-9). Its coefficients are those of the
    published algorithm and no judgement of the model.

    Args:
        u: name of a column, never an expression (see `uniform_deviate`).
-#}
{% macro probit(u) -%}
    case
        when {{ u }} < 0.02425 then {{ _probit_tail('sqrt(-2 * ln(' ~ u ~ '))') }}
        when {{ u }} > 0.97575 then -({{ _probit_tail('sqrt(-2 * ln(1 - ' ~ u ~ '))') }})
        else {{ _probit_centre('(' ~ u ~ ' - 0.5)') }}
    end
{%- endmacro %}


{#- Acklam's branch for the tails; `t` is sqrt(-2 ln p) of the smaller side. -#}
{% macro _probit_tail(t) -%}
    (((((-7.784894002430293e-03 * {{ t }} - 3.223964580411365e-01) * {{ t }}
    - 2.400758277161838e+00) * {{ t }} - 2.549732539343734e+00) * {{ t }}
    + 4.374664141464968e+00) * {{ t }} + 2.938163982698783e+00)
    / ((((7.784695709041462e-03 * {{ t }} + 3.224671290700398e-01) * {{ t }}
    + 2.445134137142996e+00) * {{ t }} + 3.754408661907416e+00) * {{ t }} + 1)
{%- endmacro %}


{#- Acklam's branch for the centre; `q` is the distance from one half. -#}
{% macro _probit_centre(q) -%}
    (((((-3.969683028665376e+01 * {{ q }} * {{ q }} + 2.209460984245205e+02) * {{ q }} * {{ q }}
    - 2.759285104469687e+02) * {{ q }} * {{ q }} + 1.383577518672690e+02) * {{ q }} * {{ q }}
    - 3.066479806614716e+01) * {{ q }} * {{ q }} + 2.506628277459239e+00) * {{ q }}
    / (((((-5.447609879822406e+01 * {{ q }} * {{ q }} + 1.615858368580409e+02) * {{ q }} * {{ q }}
    - 1.556989798598866e+02) * {{ q }} * {{ q }} + 6.680131188771972e+01) * {{ q }} * {{ q }}
    - 1.328068155288572e+01) * {{ q }} * {{ q }} + 1)
{%- endmacro %}


{#-
    The value of a split-normal fit at the deviate `z`: it meets the 5, 50 and 95 % points exactly
    on the scale on which it is fitted, with a spread of its own on either side of the middle.

    Args:
        z: standard normal deviate; 0 gives the central point itself.
        low, central, high: the three points.
        scale: expression that gives `log`, `logit` or `identity`.

    A logit needs values off 0 and 1, so its points are held between 0.0005 and 0.9995.
    1.6448536269514722 is the 95 % point of the standard normal distribution.
-#}
{% macro split_normal(z, low, central, high, scale) -%}
    case
        when {{ z }} = 0 then {{ central }}
        when {{ scale }} = 'log' then exp(
            {{ _split_point(z, 'ln(' ~ low ~ ')', 'ln(' ~ central ~ ')', 'ln(' ~ high ~ ')') }}
        )
        when {{ scale }} = 'logit' then 1 / (1 + exp(-(
            {{ _split_point(z, _logit(low), _logit(central), _logit(high)) }}
        )))
        else {{ _split_point(z, low, central, high) }}
    end
{%- endmacro %}


{% macro _split_point(z, low, central, high) -%}
    {{ central }} + {{ z }} / 1.6448536269514722 * case
        when {{ z }} < 0 then {{ central }} - {{ low }}
        else {{ high }} - {{ central }}
    end
{%- endmacro %}


{% macro _logit(value) -%}
    ln(
        least(greatest({{ value }}, 0.0005), 0.9995)
        / (1 - least(greatest({{ value }}, 0.0005), 0.9995))
    )
{%- endmacro %}


{#- A value on the scale on which its parameter is fitted; `scale` as of `split_normal`. -#}
{% macro to_fit_scale(value, scale) -%}
    case
        when {{ scale }} = 'log' then ln({{ value }})
        when {{ scale }} = 'logit' then {{ _logit(value) }}
        else {{ value }}
    end
{%- endmacro %}


{#- The way back from `to_fit_scale`. -#}
{% macro from_fit_scale(scaled, scale) -%}
    case
        when {{ scale }} = 'log' then exp({{ scaled }})
        when {{ scale }} = 'logit' then 1 / (1 + exp(-({{ scaled }})))
        else {{ scaled }}
    end
{%- endmacro %}
