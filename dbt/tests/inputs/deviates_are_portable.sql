-- The uniform deviate of a known seed, key and draw, worked out by hand: the MD5 of `7|asm:x|3`
-- begins with 15d4e5258cd7a, which is 384065947094394; plus a half over 16^13 gives
-- 0.0852797714877328. Another engine must find the same number, and many deviates must be spread
-- evenly within 0 and 1.
with keys as (
    select
        7 as seed,
        'asm:x' as key,
        unnest(range(0, 2000)) as draw,
),

deviates as (
    select
        draw,
        {{ uniform_deviate('seed', 'key', 'draw') }} as u,
    from keys
)

select
    'outside 0 to 1' as what,
    draw,
    u,
from deviates
where
    u <= 0
    or u >= 1
    or u is null

union all

select
    'not the hash worked out by hand' as what,
    draw,
    u,
from deviates
where
    draw = 3
    and u <> 0.0852797714877328

union all

select
    'not evenly spread' as what,
    null as draw,
    avg(u) as u,
from deviates
having abs(avg(u) - 0.5) > 0.03
