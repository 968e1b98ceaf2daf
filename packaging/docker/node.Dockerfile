# What packaging/kubernetes/node_local.yaml prepares a node with: ip and nft.
# docker build --file packaging/docker/node.Dockerfile --tag dns-forwarder-node packaging/docker

FROM docker.io/library/alpine:3.22
RUN apk add --no-cache iproute2-minimal nftables
