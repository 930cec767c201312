"""A location stands in a band of latitude, and so far east in it; how many there are up to each cell is counted."""

from math import floor

import sqlalchemy as sa
from alembic import op

revision = "20261123_location_bands"
down_revision = "20261123_search"
branch_labels = None
depends_on = None

BATCH = 5_000
BANDS, EAST, CELL = 32, 4_096, 128
MEASURED = ["band", "east", "x", "y", "z", "state_key", "city_key", "lang", "audience"]
location = sa.table("location", *(sa.column(name) for name in ("id", "kind", "latitude", "longitude", "band", "east")))
count = sa.table("location_count", *(sa.column(name) for name in ("kind", "cell", "places")))


def upgrade() -> None:
    for name in ("band", "east"):
        op.add_column("location", sa.Column(name, sa.Integer(), nullable=True))
    op.create_table(
        "location_count",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "cell", name=op.f("pk_location_count")),
    )
    _fill(op.get_bind())
    _count(op.get_bind())
    op.drop_index(op.f("ix_location_kind_z_x_y"), table_name="location")
    op.drop_index(op.f("ix_location_z_x_y"), table_name="location")
    op.create_index(op.f("ix_location_spot"), "location", MEASURED)
    op.create_index(op.f("ix_location_kind_spot"), "location", ["kind", *MEASURED])


def downgrade() -> None:
    op.drop_index(op.f("ix_location_kind_spot"), table_name="location")
    op.drop_index(op.f("ix_location_spot"), table_name="location")
    op.create_index(op.f("ix_location_z_x_y"), "location", ["z", "x", "y"])
    op.create_index(op.f("ix_location_kind_z_x_y"), "location", ["kind", "z", "x", "y"])
    op.drop_table("location_count")
    for name in ("east", "band"):
        op.drop_column("location", name)


def _fill(connection: sa.Connection) -> None:
    points = sa.select(location.c.id, location.c.latitude, location.c.longitude).order_by(location.c.id).limit(BATCH)
    placed = points.where(location.c.latitude.is_not(None), location.c.longitude.is_not(None))
    change = location.update().where(location.c.id == sa.bindparam("row"))
    change = change.values({location.c.band: sa.bindparam("new_band"), location.c.east: sa.bindparam("new_east")})
    last = 0
    while rows := connection.execute(placed.where(location.c.id > last)).all():
        connection.execute(change, [{"row": row.id, **_spot(row.latitude, row.longitude)} for row in rows])
        last = rows[-1].id


def _spot(latitude: float, longitude: float) -> dict[str, int]:
    east = floor((longitude + 180) * EAST) % (360 * EAST)
    return {"new_band": floor((latitude + 90) * BANDS), "new_east": east}


def _count(connection: sa.Connection) -> None:
    for kind in ("kind", "''"):  # each kind by itself, and all of them
        connection.exec_driver_sql(
            f"INSERT INTO location_count (kind, cell, places) SELECT kind, cell, sum(count(*)) OVER "  # noqa: S608
            f"(PARTITION BY kind ORDER BY cell) FROM (SELECT {kind} AS kind, band * {360 * EAST // CELL} + "
            f"east / {CELL} AS cell FROM location WHERE band IS NOT NULL) AS placed GROUP BY kind, cell"
        )
