# docker build --build-arg PYTHON=python:3.12-slim --tag health-content .
# docker run --publish 8000:8000 --volume health-content:/data health-content
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS packages
WORKDIR /build
COPY requirements.txt .
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --require-hashes --requirement requirements.txt

FROM ${PYTHON}
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATABASE_URL=sqlite:////data/health-content.sqlite3
WORKDIR /service
COPY --from=packages /venv /venv
COPY LICENSE pyproject.toml ./
COPY app app
COPY migrations migrations
COPY seed_data seed_data
# The user below cannot write bytecode, and a start without it takes longer.
RUN python -m compileall -q app migrations
# A user by number needs no entry in /etc/passwd, and orchestrators can see that it is not root.
RUN mkdir /data && chown 10001:10001 /data
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/livez'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "app"]
CMD ["serve"]
