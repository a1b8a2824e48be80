# Stands in for ghcr.io/shopify/toxiproxy where neither that image nor Go is to be had (`./lab images --offline`).
FROM replication-lab
COPY chaos chaos
EXPOSE 8474
ENTRYPOINT ["python", "-m", "chaos.proxy"]
CMD ["--host=0.0.0.0"]
