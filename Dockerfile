# One image, several commands: `python -m services replica|controller|gateway`.
FROM python:3.11-slim-bookworm

# A volume takes its owner from here: /data is the node's disk, /setup has what the cluster makes at its start.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin lab && install -d -o lab /data /setup
WORKDIR /app

# The repository's own pip, and a venv without one: the base may be Debian's Python, whose pip refuses.
COPY bootstrap/pip-*.whl requirements.txt ./
RUN python3 -m venv --without-pip /opt/venv \
    && PYTHONPATH=$(echo pip-*.whl) /opt/venv/bin/python -m pip install \
       --no-cache-dir --require-hashes --requirement requirements.txt
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1

# Readable for every user, whatever the umask of the clone; compiled, for the cluster has a read-only root.
COPY services services
RUN chmod -R a+rX services && python -m compileall -q services

USER lab
