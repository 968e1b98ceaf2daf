#!/bin/sh
# /etc/letsencrypt/renewal-hooks/deploy/dns-forwarder: certbot runs it for each certificate that it has renewed.
# The program looks at the folder each second; nothing has to be restarted.
set -eu
folder=/etc/dns-forwarder/certificates
name=$(basename "$RENEWED_LINEAGE")
install -d -m 750 -g ssl-cert "$folder"
for part in fullchain privkey; do
  install -m 640 -g ssl-cert "$RENEWED_LINEAGE/$part.pem" "$folder/.$name.$part"
  mv "$folder/.$name.$part" "$folder/$name.$part.pem"
done
