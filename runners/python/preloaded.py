"""What applications may import. Only what is imported here is in the runner: it can't read Python's library later."""

import abc, argparse, array, ast, base64, binascii, bisect, calendar, cmath, codecs, collections, collections.abc, colorsys
import concurrent.futures, configparser, contextlib, contextvars, copy, copyreg, csv, dataclasses, datetime, decimal, difflib
import email, email.message, email.mime.text, email.parser, email.policy, email.utils, encodings.ascii, encodings.idna
import encodings.latin_1, encodings.utf_8, encodings.utf_8_sig, encodings.utf_16, enum, errno, fnmatch, fractions, functools
import glob, graphlib, hashlib, heapq, hmac, html, html.parser, http, http.client, http.cookies, http.cookiejar, http.server
import importlib, importlib.util, inspect, io, ipaddress, itertools, json, json.decoder, json.encoder, keyword, locale, logging
import logging.handlers, math, mimetypes, numbers, operator, os, pathlib, pickle, platform, pprint, queue, quopri, random, re
import reprlib, sched, secrets, select, selectors, shlex, shutil, signal, socket, socketserver, statistics, stat, string
import struct, sys, tempfile, textwrap, threading, time, timeit, token, tokenize, traceback, types, typing, unicodedata
import urllib, urllib.error, urllib.parse, urllib.request, urllib.response, uuid, warnings, weakref, wsgiref
import wsgiref.headers, wsgiref.simple_server, wsgiref.util, xml.etree.ElementTree, zlib, zoneinfo
import _strptime, concurrent.futures.thread

try:
    import sqlite3
except ImportError:
    pass

import flask, jinja2, markupsafe, werkzeug
import flask.json.provider, flask.sessions, flask.views, flask.wrappers
import werkzeug.datastructures, werkzeug.exceptions, werkzeug.routing, werkzeug.test, werkzeug.utils
