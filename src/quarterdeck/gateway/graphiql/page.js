/* global GraphiQL, React, ReactDOM */
'use strict';

const input = document.querySelector('#token input');
input.value = sessionStorage.getItem('token') ?? '';
input.addEventListener('input', () => sessionStorage.setItem('token', input.value));
document.querySelector('#token').addEventListener('submit', (event) => event.preventDefault());

const authorization = () => ({ Authorization: `Bearer ${input.value.trim()}` });

async function ask(request) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json',
      ...authorization(),
    },
    body: JSON.stringify(request),
  });
  return response.json();
}

/** The results of a subscription over graphql-transport-ws, as GraphiQL's observable. */
function watch(request) {
  return {
    subscribe(observer) {
      const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
      const send = (message) => socket.send(JSON.stringify(message));
      socket.onopen = () => send({ type: 'connection_init', payload: authorization() });
      socket.onclose = ({ code, reason }) =>
        code === 1000 ? observer.complete() : observer.error(new Error(`${code} ${reason}`));
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: request });
        else if (message.type === 'next') observer.next(message.payload);
        else if (message.type === 'error') observer.next({ errors: message.payload });
        else if (message.type === 'complete') socket.close(1000);
      };
      return { unsubscribe: () => socket.close(1000) };
    },
  };
}

const isSubscription = (request, { documentAST } = {}) =>
  documentAST?.definitions.some(
    (node) =>
      node.kind === 'OperationDefinition' &&
      node.operation === 'subscription' &&
      (!request.operationName || node.name?.value === request.operationName),
  );

const fetcher = (request, options) => (isSubscription(request, options) ? watch(request) : ask(request));

ReactDOM.createRoot(document.querySelector('#graphiql')).render(React.createElement(GraphiQL, { fetcher }));
