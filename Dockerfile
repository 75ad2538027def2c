ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY requirements/run.txt requirements/build.txt requirements/
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/build.txt \
 && python -m venv /opt/scrape \
 && /opt/scrape/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY scraper scraper
RUN /opt/build/bin/python -m hatchling build -t wheel -d /tmp/wheel \
 && /opt/scrape/bin/pip install --no-cache-dir --no-deps --no-index /tmp/wheel/*.whl \
 && /opt/scrape/bin/pip uninstall --yes pip

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="scrape" \
      org.opencontainers.image.description="News articles as clean text and as proof, archived" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/scrape /opt/scrape
COPY config /etc/scrape
# A number, so that an orchestrator can see that it is not root. The volume is the only place that is written to; a new
# one takes these rights, so any other `--user` can begin an archive in it too. Nothing is ever chowned at the start.
RUN mkdir /data && chown 10001:10001 /data && chmod 1777 /data
# Bytecode was compiled in the first stage; a read-only root could not take it now.
ENV PATH=/opt/scrape/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    SCRAPE_CONFIG=/etc/scrape/container.yaml
USER 10001:10001
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=10s --start-period=30s --retries=3 CMD ["scrape", "health"]
ENTRYPOINT ["scrape"]
CMD ["daemon"]
