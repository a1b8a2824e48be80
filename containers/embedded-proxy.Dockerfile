# Stands in for ghcr.io/shopify/toxiproxy where neither that image nor Go is to be had (`./lab images --offline`).
FROM replication-lab
USER root
COPY chaos chaos
COPY containers/toxiproxy-cli /
RUN chmod -R a+rX chaos && chmod 755 /toxiproxy-cli
USER lab
EXPOSE 8474
ENTRYPOINT ["python", "-m", "chaos.proxy"]
CMD ["--host=0.0.0.0"]
