{#-
    The standard normal distribution function, as a sum of two of three branches of a rational
    approximation by W. J. Cody (Mathematics of Computation 23, 1969), in the single form of
    G. West (Better approximations to cumulative normal functions, 2009, after J. F. Hart):
    absolute error below 1e-14 for |x| below 7, and in proportion beyond. Its coefficients are those
    of the published algorithm and no judgement of the model.

    Args:
        x: name of a column, never an expression (it is named many times).
-#}
{% macro normal_distribution(x) -%}
    case
        when {{ x }} is null then null
        when {{ x }} > 37 then 1.0
        when {{ x }} < -37 then 0.0
        when {{ x }} > 0 then 1 - ({{ _normal_tail('abs(' ~ x ~ ')') }})
        else {{ _normal_tail('abs(' ~ x ~ ')') }}
    end
{%- endmacro %}


{#- The probability beyond `t`, with t >= 0: Hart's rational form, a continued fraction far out. -#}
{% macro _normal_tail(t) -%}
    exp(-{{ t }} * {{ t }} / 2) * case
        when {{ t }} < 7.07106781186547 then
            ((((((0.0352624965998911 * {{ t }} + 0.700383064443688) * {{ t }}
            + 6.37396220353165) * {{ t }} + 33.912866078383) * {{ t }}
            + 112.079291497871) * {{ t }} + 221.213596169931) * {{ t }} + 220.206867912376)
            / (((((((0.0883883476483184 * {{ t }} + 1.75566716318264) * {{ t }}
            + 16.064177579207) * {{ t }} + 86.7807322029461) * {{ t }}
            + 296.564248779674) * {{ t }} + 637.333633378831) * {{ t }}
            + 793.826512519948) * {{ t }} + 440.413735824752)
        else
            1 / (
                2.506628274631 * (
                    {{ t }} + 1 / ({{ t }} + 2 / ({{ t }} + 3 / ({{ t }} + 4 / ({{ t }} + 0.65))))
                )
            )
    end
{%- endmacro %}
