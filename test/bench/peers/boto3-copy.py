"""Copies every object of a prefix with boto3's managed copy, so many at a time."""

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

endpoint, bucket, prefix, target, concurrency = sys.argv[1:6]
threads = int(concurrency)
s3 = boto3.client("s3", endpoint_url=endpoint, region_name="default", config=Config(max_pool_connections=threads))


def keys():
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            yield item["Key"]


def copy(key):
    s3.copy({"Bucket": bucket, "Key": key}, target, key)


with ThreadPoolExecutor(threads) as pool:
    for _ in pool.map(copy, keys()):
        pass
