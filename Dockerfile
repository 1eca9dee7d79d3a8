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
RUN ["node", "scripts/bundle.ts", "--without-compiled"]

# What V8 compiles of them is kept beside them, so that a pod starts sooner. It is good for one version of V8 and one architecture: the
# final image's own Node makes it, on the target platform.
FROM ${RUNTIME_IMAGE} AS compiled
WORKDIR /app
USER root
COPY --from=build /src/scripts/compiled-program.ts /src/scripts/keep-compiled.ts /build/
COPY --from=build /src/dist/*.cjs ./
COPY --from=build /src/dist/apart/*.cjs ./apart/
RUN ["/nodejs/bin/node", "/build/keep-compiled.ts", "/app"]

# No shell, no package manager. Nothing is written at run time: the root file system can be read-only.
FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY LICENSE ./
COPY --from=build /src/dist/third-party-licenses.txt ./
COPY --from=build /src/dist/apart/*.cjs ./apart/
COPY --from=build /src/dist/page ./page/
COPY --from=compiled /app/*.cjs /app/*.compiled ./
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "start.cjs"]
CMD ["backup.cjs"]
