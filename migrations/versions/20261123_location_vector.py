"""A location's coordinates as a unit vector too, by which it is found near a reader."""

from math import cos, radians, sin

import sqlalchemy as sa
from alembic import op

revision = "20261123_location_vector"
down_revision = "20261123_publication_seconds"
branch_labels = None
depends_on = None

BATCH = 5_000
location = sa.table("location", *(sa.column(name) for name in ("id", "latitude", "longitude", "x", "y", "z")))


def upgrade() -> None:
    for axis in ("x", "y", "z"):
        op.add_column("location", sa.Column(axis, sa.Float(), nullable=True))
    _fill(op.get_bind())
    op.create_index(op.f("ix_location_z_x_y"), "location", ["z", "x", "y"], unique=False)
    op.create_index(op.f("ix_location_kind_z_x_y"), "location", ["kind", "z", "x", "y"], unique=False)
    op.drop_index(op.f("ix_location_kind"), table_name="location")


def downgrade() -> None:
    op.create_index(op.f("ix_location_kind"), "location", ["kind"], unique=False)
    op.drop_index(op.f("ix_location_kind_z_x_y"), table_name="location")
    op.drop_index(op.f("ix_location_z_x_y"), table_name="location")
    for axis in ("x", "y", "z"):
        op.drop_column("location", axis)


def _fill(connection: sa.Connection) -> None:
    points = sa.select(location.c.id, location.c.latitude, location.c.longitude).order_by(location.c.id).limit(BATCH)
    placed = points.where(location.c.latitude.is_not(None), location.c.longitude.is_not(None))
    last = 0
    while rows := connection.execute(placed.where(location.c.id > last)).all():
        vectors = {name: location.c[name] for name in ("x", "y", "z")}
        change = location.update().where(location.c.id == sa.bindparam("row"))
        change = change.values({column: sa.bindparam(f"new_{name}") for name, column in vectors.items()})
        connection.execute(change, [{"row": row.id, **_vector(row.latitude, row.longitude)} for row in rows])
        last = rows[-1].id


def _vector(latitude: float, longitude: float) -> dict[str, float]:
    north, east = radians(latitude), radians(longitude)
    x, y, z = cos(north) * cos(east), cos(north) * sin(east), sin(north)
    return {"new_x": round(x, 15), "new_y": round(y, 15), "new_z": round(z, 15)}
