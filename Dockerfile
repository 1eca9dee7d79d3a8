# One image for every function; the argument chooses which: `args: ["backup.cjs"]`.
#
# Both bases can be replaced, by a mirror or by a digest: --build-arg RUNTIME_IMAGE=registry.example/nodejs24@sha256:…
# Distroless publishes no version tags, so the release workflow resolves both to digests before it builds.
ARG BUILD_IMAGE=docker.io/library/node:24.21.0-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# The bundles are JavaScript: made once, on the builder's own architecture, for every platform.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN ["npm", "ci", "--no-audit", "--no-fund"]
RUN ["node", "scripts/bundle.ts", "--without-compile-cache"]

# What V8 compiles of them is kept beside them, so that a pod starts sooner. It is good for one version of Node, one architecture and
# one user only, and for the path of each file: it is made by the final image's own Node, as its user, on the target platform.
FROM ${RUNTIME_IMAGE} AS compile-cache
WORKDIR /app
COPY --from=build /src/scripts/fill-compile-cache.ts /build/
COPY --from=build /src/dist/*.cjs ./
USER 65532:65532
RUN ["/nodejs/bin/node", "/build/fill-compile-cache.ts", "/app", "/tmp/compile-cache"]

# No shell, no package manager. Nothing is written at run time: the root file system can be read-only. Who runs it as another user starts
# it without the cache.
FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY LICENSE ./
COPY --from=build /src/dist/*.cjs /src/dist/third-party-licenses.txt ./
COPY --from=compile-cache --chown=65532:65532 /tmp/compile-cache ./compile-cache
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/compile-cache
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["backup.cjs"]
