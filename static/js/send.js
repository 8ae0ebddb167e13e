/**
 * Sends a form and tells how far it is. fetch cannot report the progress of an upload, so this is the older way.
 * @param {string} address
 * @param {FormData} data
 * @param {(part: number) => void} progress told the part that is sent, 0 to 1
 * @returns {Promise<any>} the JSON answer, also of a refusal; rejects when no answer came
 */
export function send(address, data, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("load", () => (request.response ? resolve(request.response) : reject(new Error("no answer"))));
    request.addEventListener("error", () => reject(new Error("not sent")));
    request.send(data);
  });
}
