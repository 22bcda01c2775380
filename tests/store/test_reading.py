"""The page on object storage says how a reader finds one whole release, and that is so."""

import re

from pipelines.base.settings import PROJECT_DIR
from tests.small_project.builder import SmallProject
from tests.store.conftest import Bucket, share


def test_reader_follows_the_page_to_one_whole_release(
    published: SmallProject, bucket: Bucket
) -> None:
    share(published, bucket).run()
    page = (PROJECT_DIR / "docs" / "object-storage.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    code = code.replace("s3://BUCKET/PREFIX", bucket.address.replace(" ", "%20"))
    assert code.count("bi/balance.parquet") == 1
    # the small project has other tables
    for table in ("marts/dim_chip", "marts/fct_chip_price", "meta/release"):
        found: dict = {}
        exec(code.replace("bi/balance", table), found)
        rows = found["balance"].num_rows
        ((expected,),) = published.query(f"select count(*) from {table.replace('/', '.')}")
        assert rows == expected > 0
    assert found["balance"]["release_id"].to_pylist() == [found["current"]["release_id"]]
