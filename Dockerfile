# One image for every process: `docker run IMAGE web`, `... worker`, `... migrate` (once, before both).
# The worker uses a GPU when it is given one (--gpus all): torch comes with CUDA from the same requirements.
# The pages that IDENTITY=firebase shows need two files of Firebase's SDK; nothing else of Node is in the image.
FROM node:24-bookworm-slim AS firebase
WORKDIR /build
COPY firebase/package.json firebase/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH
WORKDIR /build
RUN python -m venv /opt/venv
COPY requirements.txt requirements-gfpgan.txt ./
RUN pip install -r requirements.txt \
    && pip install --no-deps --no-build-isolation -r requirements-gfpgan.txt

FROM python:3.11-slim-bookworm
ARG VERSION=unknown
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SEMBLANCE_ENV=production SEMBLANCE_VAR=/var/lib/semblance SEMBLANCE_VERSION=$VERSION HOST=0.0.0.0 PORT=8000
# pg_dump and pg_restore for `python -m app.backup`; Debian's version decides, and its updates are wanted.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client fonts-thai-tlwg \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home semblance \
    && install -d -o semblance -g semblance -m 0700 /var/lib/semblance /srv/objects /srv/tips /scratch /backups \
        /srv/objects/00000000-0000-0000-0000-000000000002 /srv/objects/00000000-0000-0000-0000-000000000003
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/semblance
COPY app app
COPY imaging imaging
COPY inference inference
COPY migrations migrations
COPY models models
COPY static static
COPY --from=firebase /build/node_modules/firebase/firebase-app-compat.js \
    /build/node_modules/firebase/firebase-auth-compat.js static/vendor/firebase/
COPY templates templates
COPY translations translations
COPY weights weights
COPY wsgi.py LICENSE ./
USER 10001:10001
VOLUME /var/lib/semblance
EXPOSE 8000
# For the web process; start workers with --no-healthcheck, their heartbeat is in the database.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/livez', timeout=4)"]
ENTRYPOINT ["python", "-m", "app.supervisor.part"]
CMD ["web"]
