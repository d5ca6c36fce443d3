# Untested: no test here builds it. docs/scaling.md says what to mount and how it is reached.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build --chown=root:root /app /app
RUN mkdir -m 0700 /data && chown node:node /data
USER node
VOLUME /data
# Inside a container the proxy with TLS comes from outside: public_origin names the address that people type.
ENV COUNTERSIGN_HOST=0.0.0.0
EXPOSE 12339
ENTRYPOINT ["node", "bin/countersign.js"]
CMD ["serve", "--data", "/data"]
