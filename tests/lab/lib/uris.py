#!/usr/bin/env python3
"""A web server of a CA, that behaves as it is asked to.

uris.py ADDRESS PORT FOLDER LOG    serves the files of FOLDER, and notes each request in LOG; says "listening"
    /hang...                       takes the request and says nothing
    /endless...                    sends a body without end
    /to/URI                        redirects to that URI
"""
import http.server
import os
import socketserver
import sys
import time

address, port, folder, log = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(log, "a") as file:
            file.write(f"{self.command} {self.path}\n")
        if self.path.startswith("/hang"):
            time.sleep(60)
        elif self.path.startswith("/endless"):
            self.begin(200)
            while True:
                self.wfile.write(bytes(65536))
        elif self.path.startswith("/to/"):
            self.begin(302, {"Location": self.path[4:]})
        else:
            self.send_file(os.path.join(folder, os.path.basename(self.path)))

    do_POST = do_GET

    def send_file(self, path):
        if not os.path.isfile(path):
            self.begin(404)
            return
        with open(path, "rb") as file:
            body = file.read()
        self.begin(200, {"Content-Length": str(len(body))})
        self.wfile.write(body)

    def begin(self, status, headers={}):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    # The usual one asks a resolver for this host's name.
    def server_bind(self):
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, *words):
        pass


server = Server((address, port), Handler)
print("listening", flush=True)
server.serve_forever()
