"""The words of faults when QuickBooks or a computer uses Portuguese."""

from qbo.faults.tongues.tongue import PROGRAM, Tongue

PORTUGUESE = Tongue(
    tax=r"\b(impostos?|tributos?|iva|icms|iss)\b",
    tax_code=r"\b(codigos?|taxas?|aliquotas?) (de |do |dos |da )?(impostos?|iva|icms|iss|tributos?|tributari[oa]s?"
    r"|fiscal|fiscais)\b|\baliquotas?\b",
    amount=r"\b(valor(es)?|montantes?|quantias?)\b",
    customer=r"\bclientes?\b",
    item=r"\b(produtos?|servicos?|itens|item|artigos?)\b",
    account=r"\bcontas?\b",
    number=r"\b(numero|n\.?º|mesm[oa] id)s?\b(?! de (telefone|conta|fax|identif))"
    r"|\b(faturas?|nota fiscal)\b",
    name=r"\bnomes?\b",
    period=r"\b(periodos?|mes(es)?|trimestres?|exercicios?|livros|contabilidade)\b",
    record=r"\b(faturas?|funcionarios?|projetos?|lancamentos?|vendas?|orcamentos?|recibos?|despesas?|compras?|notas?"
    r"|transac(ao|oes)|transacca?o(es)?"
    r"|pagamentos?|fornecedor(es)?|classes?)\b",
    thing=r"\b(objet?os?|elementos?|registr?os?|referencia|recursos?)\b",
    access=r"\b(tokens?|sess(ao|oes)|conexao (com|a) o? ?(quickbooks|intuit|qbo)|ligacao ao? (quickbooks|intuit)"
    r"|autorizacao|acesso)\b",
    subscription=r"\b(assinaturas?|subscric(ao|oes)|periodo de (teste|avaliacao))\b",
    gone=r"\b(?<!estar )(?<!ser )(inativ[oa]s?|desativad[oa]s?|arquivad[oa]s?)\b|\b(foi|foram|esta|estao"
    r"|sido) (excluid|eliminad|removid|apagad|deletad|mesclad)[oa]s?\b|\b(excluiu|eliminou|apagou|desativou)\b",
    missing=r"\bnao (foi |foram |pode ser |pode |foi possivel )?(encontrad[oa]s?|localizad[oa]s?|encontrar"
    r"|localizar)\b|\bnao existem?\b|\binexistentes?\b"
    r"|(?<!erro )\bdesconhecid[oa]s?\b",
    none=r"\bnenhuma?",
    found=r"(encontrad|localizad)",
    taken=r"\bja (existe|esta (em uso|sendo)|foi (usad|utilizad|cadastrad|registrad|registad|atribuid)[oa]|(usa"
    r"|utiliza)\b|em uso)|\bduplicad[oa]s?\b"
    r"|\bdevem? ser unic[oa]s?\b|\brepetid[oa]s?\b",
    closed=r"\b(fechad|encerrad|bloquead)[oa]s?\b",
    ended=r"\b(expirou|expirad[oa]|venceu|vencid[oa]|revogad[oa]|cancelad[oa]|encerrad[oa]|terminou|suspens[oa]"
    r"|caducou)\b",
    needed=r"\b(selecione|selecionar|escolha|escolher|especifique|informe|certifique-se|deve|devem|obrigatori[oa]s?"
    r"|tenham?|atribua|inclua|inclu?am|contenham?|possuam?|falta|faltando|sem|nenhuma?|insira|nao (tem|possui"
    r"|possuem))\b"
    r"|\bverifique\b",
    invalid=r"\b(invalid[oa]s?|nao (e |sao )?valid[oa]s?|incorret[oa]s?)\b",
    unset=r"\bnao ((esta|estao|foi|foram) )?(configurad|ativad|habilitad|definid|atribuid|informad|selecionad)",
    lacking=r"\bfalt(a|am|ando)\b|\bausentes?\b|\bnao foi possivel obter",
    unlinked=r"\bnao (esta |estao |foi |foram )?(vinculad|mapead|associad|atribuid)[oa]s?\b|\bsem mapeamento\b",
    outdated=r"\b(obsolet|desatualizad)[oa]s?\b",
    chosen=r"(selecion|escolhid|indicad|especific|informad|mapead|vinculad|associad|configurad)",
    closing_date=r"\bdata de (fechamento|encerramento|fecho)\b",
    tax_off=r"\b(impostos?( sobre vendas)?|iva)\b[^.]{0,40}\bnao (esta|estao|foi|foram) (configurad|ativad"
    r"|habilitad)|\b(configure|ative|habilite) (primeiro )?(o |os )?(impostos?|iva)\b",
    tax_calculation=r"\b(erro|problema)\b[^.]{0,60}\bcalcul\w*\b[^.]{0,30}\b(impostos?|iva)\b"
    r"|\bnao (foi possivel|pode) calcular (o |os )?(impostos?|iva)\b",
    sign_in=r"\breconect\w+|\bconect(e|ar)(-se)? novamente|\b(faca|fazer) login novamente|\bentre novamente"
    r"|\bautenticacao (e )?(necessaria|obrigatoria|falhou)|\bfalha na autenticacao|\berro de autenticacao",
    unconnected=r"\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bnao (esta )?(conectad|ligad)[oa]|\b(quickbooks|qbo"
    r"|intuit)\b[^.;]{0,20}"
    r"\b(desconectad|desligad)[oa]|\b(recus|rejeit)(ou|ad[oa])\b[^.;]{0,25}\b(token|credenciais|sessao"
    r"|autorizacao)\b|\b(token"
    r"|credenciais|sessao|autorizacao)\b[^.;]{0,25}\b(recusad|rejeitad)[oa]s?\b"
    r"|\b(quickbooks|qbo)\b[^.;]{0,20}\bnao esta mais conectado",
    to_connect=rf"\b{PROGRAM} (ainda )?nao (esta |foi )?(autorizad|vinculad|autenticad)[oa]\b"
    rf"|\b{PROGRAM} nao (esta )?configurado\b(?! para)"
    rf"|(?<!nao )(?<!se )\b(conecte|vincule|autorize)( primeiro)? (ao? |o |sua conta do )?{PROGRAM}\b"
    rf"|\b(deve|precisa|e necessario) (conectar|vincular|autorizar) (primeiro )?(ao? |o )?{PROGRAM}\b"
    rf"|\b(nenhuma|nao ha|sem) conexao (com|ao?|do) o? ?{PROGRAM} (encontrad|configurad|cadastrad)a",
    somebody_else=r"\b(outr[oa] (usuari[oa]|utilizador|pessoa|administrador)|outra pessoa)[^.;]{0,60}"
    r"\bja (se )?(conect|compr|instal|assin|vincul)\w+|\bja (esta|foi) (conectad|ligad|comprad|instalad|vinculad)[oa]"
    r"[^.;]{0,40}\bpor outr[oa]"
    r"|\baplicativo ja (foi|esta) (conectad|comprad|instalad)o",
    denied=r"\b(deve|devem|precisa|precisam) ser (um |uma |o )?administrador"
    r"|\bacesso (foi |esta )?(negado|nao autorizado|proibido)|\bnao (tem|possui) (a |as )?(permiss(ao|oes)"
    r"|acesso|direitos?)|\bpermiss(ao|oes) (insuficientes?|negada)|\bsem permissao\b"
    r"|\bnao (esta|estao|e) autorizad[oa]s? (a|para)\b|\b(acao|operacao) (e )?(proibida|nao (permitida|autorizada))",
    refused_company=r"\bproblemas? (de|com a) (cobranca|faturacao|faturamento|pagamento)",
    no_customer=r"\b(deve|deveria) (ter|conter|incluir) um cliente|\bcliente (e )?(obrigatorio|necessario)"
    r"|\bfalta o cliente",
    no_period=r"\blivros( contabeis)? nao podem ser (atualizados|alterados)|\bperiodo( contabil)? (terminou"
    r"|foi encerrado)|\bnenhum (periodo|exercicio)[^.]{0,30}\baberto\b|\b(periodo"
    r"|exercicio)[^.]{0,20}\bnao esta aberto",
    too_many=r"\b(solicitacoes|requisicoes|chamadas)\b[^.;]{0,30}\b(limitad|restringid)as\b|\bmuitas (solicitacoes"
    r"|requisicoes|chamadas)|\bdemasiados pedidos|\blimit(e|ou|a|ando) (de |as |os "
    r"|o numero de )?"
    r"(solicitacoes|requisicoes|chamadas|pedidos|taxa)\b"
    r"|\bnumero maximo de (solicitacoes|requisicoes|chamadas)",
    later=r"\b(tentaremos (de novo|novamente)|sera (tentad|reenviad)\w+( automaticamente| novamente)"
    r"|nova tentativa automatica)"
    r"|\bnao (esta respondendo|responde) (no momento|neste momento)|"
    r"\b(tente|tentar)\b[^.]{0,30}\b(mais tarde|em alguns)\b|\berro (inesperado|interno|do sistema)|\b(servico"
    r"|servidor)\b[^.]{0,30}\b(indisponivel|nao (esta )?disponivel)"
    r"|\b(quickbooks|qbo)( online)? nao esta disponivel|\bem manutencao\b"
    r"|\bbloquead[oa] por outr[oa] (operacao|processo)|\bsincronizacao (ja )?(esta )?em (andamento|curso)"
    r"|\btemporariamente (indisponivel|fora)",
    other_user=r"\b(modificad|alterad|atualizad|editad)[oa]s? por outr[oa] (usuari[oa]|utilizador|pessoa)"
    r"|\btrabalhando [^.]{0,40}ao mesmo tempo"
    r"|\b(outr[oa] (usuari[oa]|utilizador|pessoa)) (alter|modific|atualiz|edit)ou\b",
    account_type=r"\btipos? (de|da) contas?\b",
    unreached=r"\btempo limite|\btempo de espera|\bnome remoto|\bhost (remoto|desconhecido)|\bservidor remoto\b"
    r"|\bconexao (existente|(foi )?(recusada|redefinida|encerrada|interrompida|fechada|perdida)|[^.]{0,40} (falhou"
    r"|foi perdida))|\bperda de (conexao|ligacao)|\brecusou ativamente|\b(erro|falha|problema)s? (de|na|com a) (rede"
    r"|conexao)|\bsem conexao|\bnao respond(e|eu)\b|\bdemorou (muito|demais)|\bnao (foi possivel"
    r"|e possivel) (conectar|estabelecer|resolver|contactar)|\bcanal seguro"
    r"|\bconexao expirou\W*$|\btempo esgotado\b|\bcertificado (remoto|do servidor)"
    r"|\benviar (a solicitacao|o pedido)(\.|\W*$)|\bservidor (esta )?inacessivel|\bhost nao e conhecido",
    socket=r"\btempo esgotado para conexao|\b(nao ha rota|sem caminho) para o (host|anfitriao)"
    r"|\brede (esta (fora de alcance|em baixo)|inacessivel|nao responde)|\b(pipe|tunel) quebrado"
    r"|\btermino de conexao|\babortou a ligacao|\bligacao (recusada|reposta)|^\W*ligacao expirada|\bconexao subjacente"
    r"|\bnome ou servico desconhecido|\bresolucao de nome",
    refused=r"\berros? de validacao",
    frame=r"erros?|falh(a|ou)|ao?|os?|as|em|n[oa]|d[oae]|com|para|uma?|seu|sua|se|nao|foi|possivel|pode|respondeu"
    r"|ocorreu|houve"
    r"|durante|sincroniza\w*|exporta\w*|envi(ar|o|ad[oa])|cria(r|cao)|atualiza(r|cao)|salvar|importar"
    r"|(recus|rejeit)(ou|ad[oa])|desconhecid[oa]",
)
